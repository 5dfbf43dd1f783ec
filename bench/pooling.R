# Pools the meta-analyses of bench/pooling.py with metafor::rma (REML, Hartung-Knapp).
# Prints the seconds of all together, then one line a meta-analysis: estimate, standard error, tau2 (NA: no answer).
suppressPackageStartupMessages(library(metafor))
words <- commandArgs(trailingOnly = TRUE)
studies <- read.csv(words[1])
sets <- split(studies, studies$set)
warm <- rma(estimate, sei = standard_error, data = sets[[1]], method = "REML", test = "knha")
none <- list(beta = NA_real_, se = NA_real_, tau2 = NA_real_) # where metafor's search, left at its defaults, does not end
taken <- system.time(fits <- lapply(sets, function(rows) tryCatch(
  rma(estimate, sei = standard_error, data = rows, method = "REML", test = "knha"), error = function(problem) none
)))["elapsed"]
cat(taken, "\n")
for (fit in fits) cat(formatC(c(fit$beta[[1]], fit$se, fit$tau2), digits = 15, format = "g"), "\n")
cat(R.version.string, "; metafor", as.character(packageVersion("metafor")), "\n")
