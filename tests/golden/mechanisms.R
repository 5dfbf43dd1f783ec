# Writes mechanisms-people.csv (simulated here, with answers missing) and mechanisms.csv: covariance analysis by lm and sandwich,
# compliers by AER's ivreg, weights for keeping to the protocol by glm, mediated effects by predicting from lm fits.
suppressPackageStartupMessages({library(sandwich); library(AER)})
set.seed(20260728)
n <- 160
p <- data.frame(id = seq_len(n), arm = rep(c("sham", "care"), n / 2), age = round(runif(n, 25, 65)),
                site = sample(c("north", "south", "west"), n, TRUE))
t <- as.numeric(p$arm == "care")
p$pain_0 <- round(rnorm(n, 6, 1.5), 1); p$fear_0 <- round(rnorm(n, 38, 7), 1); p$belief_0 <- round(rnorm(n, 26, 5), 1)
p$took <- rbinom(n, 1, ifelse(t == 1, 0.75, 0.08))
p$kept <- rbinom(n, 1, plogis(1.5 - 0.03 * (p$age - 45) - 0.2 * (p$pain_0 - 6)))
p$fear_12 <- round(0.6 * p$fear_0 + 14 - 3 * p$took + rnorm(n, 0, 5), 1)
p$belief_12 <- round(0.5 * p$belief_0 + 14 + 2.5 * t - 0.15 * (p$fear_12 - 38) + rnorm(n, 0, 3), 1)
p$pain_18 <- round(0.4 * p$pain_0 + 0.07 * p$fear_12 - 0.08 * p$belief_12 + 0.03 * t * (p$fear_12 - 35) - 0.5 * p$took + 2 + rnorm(n, 0, 1.2), 1)
p$fear_12[sample(n, 8)] <- NA; p$belief_12[sample(n, 6)] <- NA; p$pain_18[sample(n, 14)] <- NA
write.csv(p, "mechanisms-people.csv", row.names = FALSE, quote = FALSE, na = "")
p$t <- t
rows <- NULL
keep <- function(check, numbers) rows <<- rbind(rows, data.frame(check = check, field = names(numbers),
  value = trimws(formatC(unlist(numbers), digits = 15, format = "g"))))
fit <- lm(pain_18 ~ t + pain_0 + age + site, p)
keep("ancova", list(estimate = coef(fit)[["t"]], classical = sqrt(vcov(fit)["t", "t"]), hc3 = sqrt(vcovHC(fit, "HC3")["t", "t"]), df = fit$df.residual))

iv <- ivreg(pain_18 ~ took + pain_0 + age | t + pain_0 + age, data = p)
estimate <- coef(iv)[["took"]]
first <- lm(took ~ t + pain_0 + age, p, subset = !is.na(pain_18))
moved <- lm(I(pain_18 - estimate * took) ~ t + pain_0 + age, p)
inside <- function(b) { f <- lm(I(pain_18 - b * took) ~ t + pain_0 + age, p); abs(coef(f)[["t"]]) / sqrt(vcovHC(f, "HC3")["t", "t"]) - qt(0.975, f$df.residual) }
keep("complier", list(estimate = estimate, classical = sqrt(vcov(iv)["took", "took"]), df = iv$df.residual,
  hc3 = sqrt(vcovHC(moved, "HC3")["t", "t"]) / coef(first)[["t"]], compliers = coef(first)[["t"]],
  strength = (coef(first)[["t"]])^2 / vcov(first)["t", "t"],
  fieller_low = uniroot(inside, c(estimate - 5, estimate), tol = 1e-11)$root, fieller_high = uniroot(inside, c(estimate, estimate + 5), tol = 1e-11)$root))

weight <- rep(NA, n)
for (a in 0:1) {
  rowset <- t == a
  g <- glm(kept ~ age + pain_0, binomial, p[rowset, ], control = glm.control(epsilon = 1e-14, maxit = 100))
  weight[rowset] <- mean(p$kept[rowset]) / fitted(g)
}
ends <- quantile(weight[p$kept == 1], c(0.05, 0.95))
cut <- pmin(pmax(weight, ends[1]), ends[2])
for (i in which(p$kept == 1)) keep("weight", setNames(list(cut[i]), p$id[i]))
weighted <- lm(pain_18 ~ t + pain_0, p, subset = kept == 1, weights = cut)
keep("weighted", list(estimate = coef(weighted)[["t"]], hc3 = sqrt(vcovHC(weighted, "HC3")["t", "t"])))

# Mediated effects: fit on whom each regression can use, predict for everybody.
effects <- function(check, mediators, interaction) {
  known <- complete.cases(p[, mediators, drop = FALSE])
  background <- c("pain_0", sub("12", "0", mediators), "age")
  of <- function(outcome, terms, data) lm(as.formula(paste(outcome, "~", paste(c(terms, background), collapse = "+"))), data)
  models <- lapply(mediators, function(m) of(m, "t", p[known, ]))
  y <- of("pain_18", if (interaction) c("t", mediators, paste0("t:", mediators)) else c("t", mediators), p[known, ])
  mean_of <- function(arm, arms) {
    d <- p; d$t <- arm
    for (i in seq_along(mediators)) { e <- p; e$t <- arms[i]; d[[mediators[i]]] <- predict(models[[i]], e) }
    mean(predict(y, d))
  }
  k <- length(mediators); one <- rep(1, k); none <- rep(0, k)
  keep(check, list(total = mean_of(1, one) - mean_of(0, none), direct = mean_of(1, none) - mean_of(0, none),
    indirect = mean_of(1, one) - mean_of(1, none), `total direct` = mean_of(1, one) - mean_of(0, one),
    `pure indirect` = mean_of(0, one) - mean_of(0, none)))
  if (k > 1) for (i in seq_len(k)) keep(check, setNames(list(mean_of(1, replace(none, i, 1)) - mean_of(1, none)), mediators[i]))
}
effects("product", "fear_12", FALSE); effects("one", "fear_12", TRUE); effects("two", c("fear_12", "belief_12"), TRUE)

# Imai, Keele and Yamamoto's correlation at which the effect through the mediator vanishes: that of the two leftovers.
d <- p[complete.cases(p[, c("fear_12", "pain_18")]), ]
e1 <- resid(lm(pain_18 ~ t + pain_0 + fear_0 + age, d)); e2 <- resid(lm(fear_12 ~ t + pain_0 + fear_0 + age, d))
keep("rho", list(vanishes = cor(e1, e2)))
write.csv(rows, "mechanisms.csv", row.names = FALSE, quote = FALSE)
