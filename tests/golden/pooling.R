# Writes pooling.csv: the studies of pooling-arms.csv and pooling-effects.csv pooled by R's metafor.
# Its searches are asked to go on until nothing moves; one row a number, so that any field can be compared.
suppressPackageStartupMessages(library(metafor))
tight <- list(threshold = 1e-13, tol = 1e-13, maxiter = 100000, tau2.max = 1e6)
rows <- NULL
keep <- function(data, measure, method, test, left_out, numbers) {
  numbers <- unlist(numbers)
  rows <<- rbind(rows, data.frame(
    data = data, measure = measure, method = method, test = test, left_out = left_out, field = names(numbers),
    value = trimws(formatC(numbers, digits = 15, format = "g"))
  ))
}
answers <- function(fit) {
  found <- list(
    estimate = fit$beta[[1]], standard_error = fit$se, p = fit$pval, low = fit$ci.lb, high = fit$ci.ub,
    q = fit$QE, q_p = fit$QEp, i2 = fit$I2, h2 = fit$H2, tau2 = fit$tau2
  )
  if (fit$method == "FE") return(found)
  ahead <- predict(fit)
  between <- confint(fit, control = tight)$random
  c(found, prediction_low = ahead$pi.lb, prediction_high = ahead$pi.ub,
    tau2_low = between["tau^2", "ci.lb"], tau2_high = between["tau^2", "ci.ub"])
}
pool <- function(data, measure, studies) {
  keep(data, measure, "none", "none", "", setNames(studies$yi, paste0("yi.", studies$study)))
  keep(data, measure, "none", "none", "", setNames(sqrt(studies$vi), paste0("sei.", studies$study)))
  for (method in c("FE", "DL", "PM", "REML")) for (test in if (method == "FE") "z" else c("z", "knha", "adhoc")) {
    fit <- function(rows) rma(yi, vi, data = rows, method = method, test = test, control = tight)
    keep(data, measure, method, test, "", answers(fit(studies)))
    if (nrow(studies) > 2 && method == "REML" && test == "knha") for (out in studies$study) {
      keep(data, measure, method, test, out, answers(fit(studies[studies$study != out, ])))
    }
  }
  if (nrow(studies) > 2) {
    egger <- regtest(studies$yi, vi = studies$vi, model = "lm", predictor = "sei")
    keep(data, measure, "egger", "t", "", list(
      slope = coef(egger$fit)[[2]], statistic = egger$zval, p = egger$pval, limit = egger$est,
      low = egger$ci.lb, high = egger$ci.ub
    ))
  }
}
arms <- read.csv("pooling-arms.csv")
for (name in unique(arms$data)) for (measure in c("MD", "SMD")) pool(name, measure, escalc(
  measure, m1i = arm_mean, sd1i = arm_sd, n1i = arm_n, m2i = comparator_mean, sd2i = comparator_sd,
  n2i = comparator_n, data = arms[arms$data == name, ]
))
effects <- read.csv("pooling-effects.csv")
for (name in unique(effects$data)) {
  studies <- effects[effects$data == name, ]
  pool(name, "effect", data.frame(study = studies$study, yi = studies$estimate, vi = studies$standard_error^2))
}
write.csv(rows, "pooling.csv", row.names = FALSE, quote = FALSE)
