# Fits the models of bench/trial.py with one R package and prints one line of JSON: seconds a fit, version, peak memory,
# and estimate, standard error and degrees of freedom of the effect e2 (week 18) in the last fit.
# Usage: Rscript trial.R PEER TASK FOLDER REPEATS; FOLDER holds TASK.csv and TASK.txt, one formula a line.
words <- commandArgs(trailingOnly = TRUE)
peers <- list(
  gls = list(package = "nlme", fit = function(formula, data) {
    seen <- data[!is.na(data[[all.vars(formula)[1]]]), ]
    model <- nlme::gls(formula, seen, correlation = nlme::corSymm(form = ~ visit | id),
                       weights = nlme::varIdent(form = ~ 1 | week), method = "REML",
                       control = nlme::glsControl(maxIter = 200, msMaxIter = 500))
    c(coef(model)[["e2"]], sqrt(vcov(model)["e2", "e2"]), model$dims$N - model$dims$p)
  }),
  mmrm = list(package = "mmrm", fit = function(formula, data) {
    model <- mmrm::mmrm(update(formula, . ~ . + us(week | id)), data, method = "Satterthwaite")
    coef(summary(model))["e2", 1:3]
  }),
  mmrm_kr = list(package = "mmrm", fit = function(formula, data) {
    model <- mmrm::mmrm(update(formula, . ~ . + us(week | id)), data, method = "Kenward-Roger",
                        vcov = "Kenward-Roger-Linear")
    coef(summary(model))["e2", 1:3]
  }),
  glmmTMB = list(package = "glmmTMB", fit = function(formula, data) {
    model <- glmmTMB::glmmTMB(update(formula, . ~ . + us(0 + week | id)), data, dispformula = ~ 0, REML = TRUE)
    c(coef(summary(model))$cond["e2", 1:2], NA)
  }),
  lmerTest = list(package = "lmerTest", fit = function(formula, data) {
    coef(summary(lmerTest::lmer(update(formula, . ~ . + (1 | id)), data), ddf = "Satterthwaite"))["e2", 1:3]
  }),
  pbkrtest = list(package = c("lmerTest", "pbkrtest"), fit = function(formula, data) {
    coef(summary(lmerTest::lmer(update(formula, . ~ . + (1 | id)), data), ddf = "Kenward-Roger"))["e2", 1:3]
  })
)
peer <- peers[[words[1]]]
if (!all(vapply(peer$package, requireNamespace, logical(1), quietly = TRUE))) {
  cat('{"left_out": "not installed"}\n')
  quit()
}
data <- read.csv(file.path(words[3], paste0(words[2], ".csv")))
data$visit <- match(data$week, sort(unique(data$week)))
data$week <- factor(data$week)
data$id <- factor(data$id)
formulas <- lapply(readLines(file.path(words[3], paste0(words[2], ".txt"))), as.formula)
seconds <- NULL
for (formula in rep(formulas, as.integer(words[4]))) {
  rows <- data[c(all.vars(formula), "id", "week", "visit")]
  seconds <- c(seconds, system.time(found <- peer$fit(formula, rows))["elapsed"])
}
status <- grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
number <- function(value) if (is.na(value)) "null" else sprintf("%.12g", value)
versions <- paste(peer$package, vapply(peer$package, function(name) as.character(packageVersion(name)), ""))
cat(sprintf(
  '{"seconds": [%s], "estimate": %s, "standard_error": %s, "df": %s, "peak_mb": %.0f, "version": "%s"}\n',
  paste(sprintf("%.6f", seconds), collapse = ", "), number(found[[1]]), number(found[[2]]), number(found[[3]]),
  as.numeric(gsub("[^0-9]", "", status)) / 1024,
  paste(c(paste0("R ", getRversion()), versions), collapse = ", ")
))
