# Writes structures.csv: random-slope and spatial models, person weights and cluster-robust errors by R's lme4, lmerTest,
# pbkrtest, nlme and clubSandwich. The data that R packages carry go to sleepstudy.csv and bthe_b.csv.
library(nlme)
suppressPackageStartupMessages({library(lmerTest); library(clubSandwich)})
rows <- NULL
add <- function(data, model, inference, deviance, estimate, se, df) {
  rows <<- rbind(rows, data.frame(data, model, inference, deviance, estimate, se, df))
}

sleep <- lme4::sleepstudy
write.csv(data.frame(id = as.integer(as.character(sleep$Subject)), day = sleep$Days, reaction = sleep$Reaction),
          "sleepstudy.csv", row.names = FALSE, quote = FALSE)
fit <- lmer(Reaction ~ Days + (Days | Subject), sleep, control = lmerControl(optCtrl = list(
  xtol_abs = 1e-12, ftol_abs = 1e-12)))
for (ddf in c("Satterthwaite", "Kenward-Roger")) {
  line <- coef(summary(fit, ddf = ddf))["Days", ]
  add("sleepstudy", "random-slope", if (ddf == "Satterthwaite") "satterthwaite" else "kenward-roger-expected",
      -2 * as.numeric(logLik(fit)), line[["Estimate"]], line[["Std. Error"]], line[["df"]])
}

data("BtheB", package = "HSAUR3")
months <- c(bdi.2m = 2, bdi.3m = 3, bdi.5m = 5, bdi.8m = 8)
long <- do.call(rbind, lapply(names(months), function(name) data.frame(
  id = seq_len(nrow(BtheB)), month = months[[name]], bdi = BtheB[[name]], bdi_pre = BtheB$bdi.pre,
  treatment = as.character(BtheB$treatment), drug = as.character(BtheB$drug), length = as.character(BtheB$length)
)))
write.csv(long, "bthe_b.csv", row.names = FALSE, quote = FALSE, na = "")

# Orthodont thinned, as in repeated.R; visits are 2 years apart, so time counts from 8 in whole years.
data <- read.csv("orthodont.csv")
data$time <- match(data$age, c(8, 10, 12, 14))
data$female <- as.numeric(data$Sex == "Female")
data$weight <- 1 + (match(data$Subject, unique(data$Subject)) %% 3)
thinned <- data[seq_len(nrow(data)) %% 7 != 0 & !(data$age == 12 & data$female == 1), ]
tight <- glsControl(tolerance = 1e-12, msTol = 1e-14, maxIter = 500, msMaxIter = 1000, opt = "nlminb")
fit <- gls(distance ~ age * female, thinned, correlation = corExp(form = ~ age | Subject), control = tight)
add("thinned", "spatial-exponential", "none", -2 * as.numeric(logLik(fit)), coef(fit)[["age:female"]], NA, NA)
for (name in c("compound-symmetry", "unstructured")) {
  structure <- if (name == "unstructured") corSymm(form = ~ time | Subject) else corCompSymm(form = ~ time | Subject)
  differing <- if (name == "unstructured") varIdent(form = ~ 1 | time)
  fit <- gls(distance ~ age * female, thinned, correlation = structure, weights = differing, control = tight)
  for (type in c("CR0", "CR2", "CR3")) {
    line <- coef_test(fit, vcov = vcovCR(fit, type = type), test = "Satterthwaite")["age:female", ]
    add("thinned", name, type, -2 * as.numeric(logLik(fit)), line$beta, line$SE, line$df_Satt)
  }
}
thinned$inverse <- 1 / thinned$weight
for (name in c("compound-symmetry", "ar1")) {
  structure <- if (name == "ar1") corAR1(form = ~ time | Subject) else corCompSymm(form = ~ time | Subject)
  fit <- gls(distance ~ age * female, thinned, correlation = structure, weights = varFixed(~ inverse), control = tight)
  add("weighted", name, "none", -2 * as.numeric(logLik(fit)), coef(fit)[["age:female"]], NA, NA)
}
write.csv(format(rows, digits = 12), "structures.csv", row.names = FALSE, quote = FALSE)
