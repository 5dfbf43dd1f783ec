# Fits the trial of bench/trial.py with nlme::gls (unstructured covariance, restricted likelihood).
# Prints seconds, estimate and standard error at 18 weeks, log likelihood; one line a fit.
library(nlme)
words <- commandArgs(trailingOnly = TRUE)
trial <- read.csv(words[1])
for (week in c(12, 18, 26, 52)) trial[[paste0("effect", week)]] <- trial$care * (trial$week == week)
trial$visit <- match(trial$week, sort(unique(trial$week)))
trial$week <- factor(trial$week)
seen <- trial[!is.na(trial$pain), ]
for (fit in seq_len(as.integer(words[2]))) {
  taken <- system.time(model <- gls(
    pain ~ 0 + week + effect12 + effect18 + effect26 + effect52, seen,
    correlation = corSymm(form = ~ visit | id), weights = varIdent(form = ~ 1 | week), method = "REML",
    control = glsControl(maxIter = 200, msMaxIter = 500)
  ))["elapsed"]
  cat(taken, coef(model)["effect18"], sqrt(vcov(model)["effect18", "effect18"]), logLik(model), "\n")
}
cat(R.version.string, "; nlme", as.character(packageVersion("nlme")), "\n")
