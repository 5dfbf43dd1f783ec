# Writes networks-arms.csv (trials by arm) and networks.csv: the same networks compared by R's metafor, one row a number.
# "diabetes" is dat.senn2013 of metadat; "simulated" has trials of up to four arms, two scales and a loop that disagrees;
# "loop" has one trial a comparison. Contrasts are made from the last arm here, from the first in the package.
suppressPackageStartupMessages(library(metafor))
# Of the searches offered, this one comes closest to the top; the last digits of a flat likelihood are lost to rounding.
tight <- list(optimizer = "hjk", tol = 1e-10)
senn <- dat.senn2013
diabetes <- data.frame(data = "diabetes", study = senn$study, treatment = senn$treatment, mean = senn$mi, sd = senn$sdi, n = senn$ni)
set.seed(20260725)
designs <- c(list(c("a", "b"), c("a", "b"), c("a", "b"), c("a", "c"), c("a", "c"), c("b", "c"), c("c", "d"), c("b", "d")),
             list(c("a", "b", "c"), c("a", "c", "d"), c("a", "b", "d", "e"), c("d", "e"), c("a", "e"), c("a", "e")))
effects <- c(a = 0, b = -1.2, c = -0.7, d = -1.6, e = -0.4)
simulated <- do.call(rbind, lapply(seq_along(designs), function(place) {
  arms <- designs[[place]]
  shift <- if (identical(arms, c("c", "d"))) c(0, 1.5) else 0
  data.frame(data = "simulated", study = sprintf("S%02d", place), treatment = arms,
             mean = round(5 + effects[arms] + shift + rnorm(length(arms), 0, 0.4), 2),
             sd = round(runif(length(arms), 1.5, 2.5), 2), n = sample(15:60, length(arms)))
}))
loop <- data.frame(data = "loop", study = rep(c("A", "B", "C"), each = 2), treatment = c("p", "q", "p", "r", "q", "r"),
                   mean = c(5, 4, 5.2, 4.4, 4.1, 4.3), sd = c(2, 2.1, 1.9, 2, 2.2, 1.8), n = c(40, 42, 35, 33, 50, 51))
arms <- rbind(diabetes, simulated, loop)
write.csv(arms, "networks-arms.csv", row.names = FALSE, quote = TRUE)

rows <- NULL
keep <- function(data, measure, method, test, part, numbers) {
  numbers <- unlist(numbers)
  rows <<- rbind(rows, data.frame(data = data, measure = measure, method = method, test = test, part = part,
    field = names(numbers), value = trimws(formatC(numbers, digits = 15, format = "g"))))
}
# Contrasts of every trial with its last arm, and their covariances from the arms.
contrasts_of <- function(arms, measure) {
  trials <- split(arms, factor(arms$study, unique(arms$study)))
  made <- lapply(trials, function(trial) {
    last <- nrow(trial); first <- seq_len(last - 1)
    y <- trial$mean[first] - trial$mean[last]
    V <- diag(trial$sd[first]^2 / trial$n[first], last - 1) + trial$sd[last]^2 / trial$n[last]
    if (measure == "SMD") {
      df <- sum(trial$n) - last
      correct <- exp(lgamma(df / 2) - 0.5 * log(df / 2) - lgamma((df - 1) / 2))
      y <- correct * y / sqrt(sum((trial$n - 1) * trial$sd^2) / df)
      V <- diag(1 / trial$n[first], last - 1) + 1 / trial$n[last] + outer(y, y) / (2 * sum(trial$n))
    }
    list(d = data.frame(study = trial$study[first], treatment = trial$treatment[first], base = trial$treatment[last],
                        design = paste(sort(trial$treatment), collapse = ":"), y = y), V = V)
  })
  list(d = do.call(rbind, lapply(made, `[[`, "d")), V = bldiag(lapply(made, `[[`, "V")))
}
fit <- function(d, V, X, method, test) {
  d$row <- seq_len(nrow(d))
  if (method == "fixed") return(rma.mv(y, V, mods = X, intercept = FALSE, data = d, test = test))
  if (method == "reml") return(rma.mv(y, V, mods = X, intercept = FALSE, data = d, test = test,
    random = ~ row | study, struct = "CS", rho = 0.5, control = tight))
  rma.mv(y, V + moments(d, V, X) * together(d), mods = X, intercept = FALSE, data = d, test = test)
}
together <- function(d) 0.5 * outer(d$study, d$study, "==") + diag(0.5, nrow(d))
moments <- function(d, V, X) {
  W <- solve(V); P <- W - W %*% X %*% solve(t(X) %*% W %*% X) %*% t(X) %*% W
  max(0, (c(t(d$y) %*% P %*% d$y) - (nrow(d) - ncol(X))) / sum(diag(P %*% together(d))))
}
between <- function(f, d, V, X, method) if (method == "fixed") 0 else if (method == "reml") f$tau2 else moments(d, V, X)
for (name in unique(arms$data)) for (measure in c("MD", "SMD")) {
  trials <- contrasts_of(arms[arms$data == name, ], measure); d <- trials$d; V <- trials$V
  names_of <- sort(unique(c(d$treatment, d$base)))
  B <- sapply(names_of, function(t) (d$treatment == t) - (d$base == t)); X <- B[, -1, drop = FALSE]
  designs_of <- unique(d$design)
  Z <- do.call(cbind, lapply(designs_of, function(this) {
    inside <- B * (d$design == this); inside[, colSums(abs(inside)) > 0, drop = FALSE][, -1, drop = FALSE]
  }))
  colnames(Z) <- paste0("z", seq_len(ncol(Z)))
  Q <- function(X) rma.mv(y, V, mods = X, intercept = FALSE, data = d)$QE
  whole <- Q(X); inside <- if (ncol(Z) < nrow(d)) Q(Z) else 0
  keep(name, measure, "fixed", "z", "q", list(q = whole, df = nrow(d) - ncol(X), within = inside,
    within_df = nrow(d) - ncol(Z), between = whole - inside, between_df = ncol(Z) - ncol(X)))
  if (nrow(d) > ncol(X)) {
    profile <- function(level) {
      gap <- function(t) rma.mv(y, V + t * together(d), mods = X, intercept = FALSE, data = d)$QE - qchisq(level, nrow(d) - ncol(X))
      if (gap(0) <= 0) 0 else uniroot(gap, c(0, 1e4), tol = 1e-12)$root
    }
    keep(name, measure, "reml", "z", "tau2", list(low = profile(0.975), high = profile(0.025)))
  }
  for (method in c("fixed", "dersimonian-laird", "reml")) for (test in if (method == "fixed") "z" else c("z", "t")) {
    f <- fit(d, V, X, method, test); tau2 <- between(f, d, V, X, method)
    keep(name, measure, method, test, "tau2", list(tau2 = tau2))
    for (i in seq_along(names_of)) for (j in seq_len(i - 1)) {
      ask <- setNames(numeric(length(names_of)), names_of); ask[i] <- 1; ask[j] <- -1
      p <- predict(f, newmods = ask[-1], intercept = FALSE)
      crit <- if (test == "t") qt(0.975, nrow(d) - ncol(X)) else qnorm(0.975)
      keep(name, measure, method, test, paste(names_of[i], names_of[j], sep = "/"), c(
        list(estimate = p$pred, standard_error = p$se, low = p$ci.lb, high = p$ci.ub),
        if (method != "fixed") list(prediction_low = p$pred - crit * sqrt(p$se^2 + tau2), prediction_high = p$pred + crit * sqrt(p$se^2 + tau2))))
    }
  }
  for (method in c("fixed", "dersimonian-laird", "reml")) {
    # The interaction: what designs add to the consistent model, tested by metafor as coefficients.
    extra <- Z; kept <- X
    for (column in seq_len(ncol(extra))) if (qr(cbind(kept, extra[, column]))$rank > ncol(kept)) kept <- cbind(kept, extra[, column])
    if (ncol(kept) > ncol(X) && (method == "fixed" || ncol(kept) < nrow(d))) {
      colnames(kept) <- paste0("k", seq_len(ncol(kept)))
      f <- fit(d, V, kept, method, "z")
      wald <- anova(f, btt = (ncol(X) + 1):ncol(kept))
      keep(name, measure, method, "z", "wald", list(q = wald$QM, df = wald$QMdf[1], p = wald$QMp, tau2 = between(f, d, V, kept, method)))
    }
    trial_arms <- tapply(seq_len(nrow(d)), d$study, function(at) unique(c(d$treatment[at], d$base[at])), simplify = FALSE)
    for (i in seq_along(names_of)) for (j in seq_len(i - 1)) {
      pair <- names_of[c(j, i)]
      makes <- sapply(trial_arms, function(found) all(pair %in% found))
      if (!any(makes)) next
      reached <- pair[1]; repeat {
        more <- unique(c(reached, unlist(trial_arms[!makes & sapply(trial_arms, function(found) any(found %in% reached))])))
        if (length(more) == length(reached)) break; reached <- more
      }
      if (!(pair[2] %in% reached) || (method != "fixed" && nrow(d) <= ncol(X) + 1)) next
      half <- function(who) 0.5 * (who == pair[2]) - 0.5 * (who == pair[1])
      f <- fit(d, V, cbind(X, split = ifelse(makes[d$study], half(d$treatment) - half(d$base), 0)), method, "z")
      last <- ncol(X) + 1
      ask <- setNames(numeric(length(names_of)), names_of); ask[i] <- 1; ask[j] <- -1
      direct <- predict(f, newmods = c(ask[-1], 1), intercept = FALSE); indirect <- predict(f, newmods = c(ask[-1], 0), intercept = FALSE)
      keep(name, measure, method, "z", paste("split", pair[2], pair[1], sep = "/"), list(
        direct = direct$pred, direct_error = direct$se, indirect = indirect$pred, indirect_error = indirect$se,
        difference = f$beta[[last]], difference_error = f$se[[last]], low = f$ci.lb[[last]], high = f$ci.ub[[last]], p = f$pval[[last]]))
    }
  }
}
write.csv(rows, "networks.csv", row.names = FALSE, quote = FALSE)
