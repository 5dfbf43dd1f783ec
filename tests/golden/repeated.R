# Writes repeated.csv: repeated-measures models of orthodont.csv by R's nlme, lme4, lmerTest and pbkrtest.
# The likelihoods of gls and lmer are compared with ours; gls is asked to go on until it cannot improve.
library(nlme)
suppressPackageStartupMessages(library(lmerTest))
data <- read.csv("orthodont.csv")
data$time <- match(data$age, c(8, 10, 12, 14))
data$female <- as.numeric(data$Sex == "Female")
tight <- glsControl(tolerance = 1e-12, msTol = 1e-14, maxIter = 500, msMaxIter = 1000, opt = "nlminb")
structures <- list(
  unstructured = list(corSymm(form = ~ time | Subject), varIdent(form = ~ 1 | time)),
  `compound-symmetry-heterogeneous` = list(corCompSymm(form = ~ time | Subject), varIdent(form = ~ 1 | time)),
  `ar1-heterogeneous` = list(corAR1(form = ~ time | Subject), varIdent(form = ~ 1 | time)),
  `compound-symmetry` = list(corCompSymm(form = ~ time | Subject), NULL),
  ar1 = list(corAR1(form = ~ time | Subject), NULL)
)
rows <- NULL
for (name in names(structures)) for (method in c("REML", "ML")) {
  fit <- gls(distance ~ age * female, data, correlation = structures[[name]][[1]], weights = structures[[name]][[2]],
             method = method, control = tight)
  rows <- rbind(rows, data.frame(
    model = name, method = tolower(method), inference = "none", deviance = -2 * as.numeric(logLik(fit)),
    estimate = coef(fit)[["age:female"]], se = NA, df = NA
  ))
}
fit <- lmer(distance ~ age * female + (1 | Subject), data)
for (ddf in c("Satterthwaite", "Kenward-Roger")) {
  line <- coef(summary(fit, ddf = ddf))["age:female", ]
  rows <- rbind(rows, data.frame(
    model = "compound-symmetry", method = "reml",
    inference = if (ddf == "Satterthwaite") "satterthwaite" else "kenward-roger-expected",
    deviance = -2 * as.numeric(logLik(fit)), estimate = line[["Estimate"]], se = line[["Std. Error"]],
    df = line[["df"]]
  ))
}
write.csv(format(rows, digits = 12), "repeated.csv", row.names = FALSE, quote = FALSE)

# Unbalanced: every seventh row is left out; are sex and its interaction with age needed together?
data$age10 <- data$age - 10
thinned <- data[seq_len(nrow(data)) %% 7 != 0, ]
fit <- lmer(distance ~ age10 * female + (1 | Subject), thinned, control = lmerControl(optCtrl = list(
  xtol_abs = 1e-12, ftol_abs = 1e-12)))
both <- rbind(c(0, 0, 1, 0), c(0, 0, 0, 1))
satterthwaite <- contestMD(fit, both)
kenward <- pbkrtest::KRmodcomp(fit, both)$test["Ftest", ]
joint <- data.frame(
  inference = c("satterthwaite", "kenward-roger-expected"),
  statistic = c(satterthwaite[["F value"]], kenward[["stat"]]),
  df = c(satterthwaite[["DenDF"]], kenward[["ddf"]]),
  p = c(satterthwaite[["Pr(>F)"]], kenward[["p.value"]])
)
write.csv(format(joint, digits = 12), "joint.csv", row.names = FALSE, quote = FALSE)
