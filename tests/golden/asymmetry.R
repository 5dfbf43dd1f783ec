# Writes asymmetry.csv: metafor's rank correlation and trim-and-fill of the studies of pooling-effects.csv, and of three
# further sets made here (asymmetry-effects.csv): twelve studies of which small ones show more, nine with ties, fifteen even.
suppressPackageStartupMessages(library(metafor))
tight <- list(threshold = 1e-12, maxiter = 100000, stepadj = 0.5)
set.seed(20260726)
error <- round(runif(12, 0.08, 0.6), 3)
skew <- data.frame(data = "skew", estimate = round(-0.2 - 1.5 * error + rnorm(12, 0, 0.5 * error), 3), standard_error = error)
tied <- data.frame(data = "tied", estimate = c(-0.9, -0.9, -0.4, -0.3, -0.2, 0.1, -0.5, -0.6, -1.2),
                   standard_error = c(0.4, 0.4, 0.2, 0.2, 0.1, 0.3, 0.3, 0.25, 0.5))
error <- round(runif(15, 0.1, 0.5), 3)
even <- data.frame(data = "even", estimate = round(0.3 + rnorm(15, 0, sqrt(0.04 + error^2)), 3), standard_error = error)
sets <- rbind(skew, tied, even)
sets$study <- paste0("S", ave(seq_len(nrow(sets)), sets$data, FUN = seq_along))
write.csv(sets, "asymmetry-effects.csv", row.names = FALSE, quote = FALSE)
rows <- NULL
keep <- function(data, check, method, numbers) {
  numbers <- unlist(numbers)
  rows <<- rbind(rows, data.frame(data = data, check = check, method = method, field = names(numbers),
    value = trimws(formatC(numbers, digits = 15, format = "g"))))
}
for (name in unique(sets$data)) {
  d <- sets[sets$data == name, ]; vi <- d$standard_error^2
  ranks <- suppressWarnings(ranktest(d$estimate, vi = vi))
  keep(name, "rank", "none", list(tau = ranks$tau[[1]], p = ranks$pval))
  egger <- regtest(d$estimate, vi = vi, model = "lm", predictor = "sei")
  keep(name, "egger", "none", list(slope = coef(egger$fit)[[2]], statistic = egger$zval, p = egger$pval,
    limit = egger$est, low = egger$ci.lb, high = egger$ci.ub))
  for (method in c("FE", "DL", "REML")) {
    test <- if (method == "FE") "z" else "knha"
    whole <- rma(d$estimate, vi, method = method, test = test, control = tight)
    keep(name, "side", method, list(is_low = as.numeric(trimfill(whole, control = tight, test = test)$side == "left")))
    for (side in c("left", "right")) {
      filled <- trimfill(whole, side = side, control = tight, test = test)
      keep(name, side, method, list(missing = filled$k0, estimate = filled$beta[[1]], standard_error = filled$se,
        tau2 = filled$tau2, low = filled$ci.lb, high = filled$ci.ub))
    }
  }
}
write.csv(rows, "asymmetry.csv", row.names = FALSE, quote = FALSE)
