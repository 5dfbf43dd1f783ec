# Compares the network of bench/pooling.py: netmeta where it is installed, else metafor::rma.mv (REML, one tau2).
# Prints the seconds of the fit, then the effects against the first treatment in alphabetical order, then the versions.
words <- commandArgs(trailingOnly = TRUE)
arms <- read.csv(words[1])
treatments <- sort(unique(arms$treatment))
if (requireNamespace("netmeta", quietly = TRUE)) {
  suppressPackageStartupMessages(library(netmeta))
  fit <- function() {
    pairs <- pairwise(treatment, mean = mean, sd = sd, n = n, studlab = study, data = arms, sm = "MD")
    netmeta(pairs, method.tau = "REML", common = FALSE, reference.group = treatments[1])
  }
  taken <- system.time(found <- fit())["elapsed"]
  effects <- found$TE.random[treatments[-1], treatments[1]]
  name <- paste("netmeta", packageVersion("netmeta"))
} else {
  suppressPackageStartupMessages(library(metafor))
  fit <- function() {
    trials <- split(arms, factor(arms$study, unique(arms$study)))
    rows <- lapply(trials, function(trial) {
      k <- seq_len(nrow(trial))[-1]; v <- trial$sd^2 / trial$n
      list(d = data.frame(study = trial$study[k], a = trial$treatment[k], b = trial$treatment[1], y = trial$mean[k] - trial$mean[1]),
           V = diag(v[k], length(k)) + v[1])
    })
    d <- do.call(rbind, lapply(rows, `[[`, "d")); d$row <- seq_len(nrow(d))
    X <- sapply(treatments, function(t) (d$a == t) - (d$b == t))[, -1]
    rma.mv(y, bldiag(lapply(rows, `[[`, "V")), mods = X, intercept = FALSE, random = ~ row | study, struct = "CS", rho = 0.5, data = d)
  }
  taken <- system.time(found <- fit())["elapsed"]
  effects <- found$beta[, 1]
  name <- paste("metafor", packageVersion("metafor"))
}
cat(taken, "\n")
cat(formatC(effects, digits = 15, format = "g"), "\n")
cat(R.version.string, ";", name, "\n")
