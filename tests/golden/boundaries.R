# Group-sequential boundaries, their cost, and the estimate after stopping, from R's rpact.
# Usage: Rscript tests/golden/boundaries.R  (writes boundaries.csv beside itself)
suppressMessages(library(rpact))
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
types <- c("obrien-fleming-spending" = "asOF", "pocock-spending" = "asP", "obrien-fleming" = "OF", "pocock" = "P")
looks <- list(c(0.5, 1), c(1, 2, 3) / 3, c(1, 2, 3, 4) / 4, c(0.3, 0.75, 1), c(0.2, 0.25, 0.6, 0.9, 1))
rows <- list()
for (kind in names(types)) for (information in looks) for (sided in 1:2) {
  design <- getDesignGroupSequential(
    kMax = length(information), alpha = 0.025 * sided, beta = 0.1, sided = sided, informationRates = information,
    typeOfDesign = types[[kind]], tolerance = 1e-10, twoSidedPower = TRUE
  )
  found <- getDesignCharacteristics(design)
  rows[[length(rows) + 1]] <- data.frame(
    kind = kind, sided = sided, look = seq_along(information), information = sprintf("%.17g", information),
    critical = sprintf("%.15g", design$criticalValues), spent = sprintf("%.15g", design$alphaSpent),
    inflation = sprintf("%.15g", found$inflationFactor), expected = sprintf("%.15g", found$averageSampleNumber1)
  )
}
write.csv(do.call(rbind, rows), file.path(folder, "boundaries.csv"), row.names = FALSE, quote = FALSE)

# One trial of 200 people per row, on its way through the looks with the given z values.
paths <- list(
  list(information = c(0.5, 1), z = c(1.2, 2.2)),
  list(information = c(0.3, 0.75, 1), z = c(0.9, 1.4, 2.5)),
  list(information = c(0.3, 0.75, 1), z = c(0.9, 2.9))
)
stops <- list()
for (kind in c("obrien-fleming-spending", "pocock")) for (path in paths) {
  design <- getDesignGroupSequential(
    kMax = length(path$information), alpha = 0.025, informationRates = path$information,
    typeOfDesign = types[[kind]], tolerance = 1e-10
  )
  people <- 200 * path$information
  look <- length(path$z)
  means <- path$z / sqrt(people[seq_len(look)])
  each <- diff(c(0, people))[seq_len(look)]
  data <- getDataset(n = each, means = diff(c(0, means * people[seq_len(look)])) / each, stDevs = rep(1, look))
  found <- getAnalysisResults(design, data, normalApproximation = TRUE, stage = look)
  reached <- found$.stageResults$overallTestStatistics[look]
  first <- getDataset(n = each[1], means = means[1], stDevs = 1)
  ahead <- getAnalysisResults(
    design, first, normalApproximation = TRUE, nPlanned = diff(people), thetaH1 = 0.2, assumedStDev = 1
  )
  stops[[length(stops) + 1]] <- data.frame(
    kind = kind, information = paste(sprintf("%.17g", path$information), collapse = " "), look = look,
    z = sprintf("%.15g", reached), standard_error = sprintf("%.15g", means[look] / reached),
    p = sprintf("%.15g", found$finalPValues[look]), estimate = sprintf("%.15g", found$medianUnbiasedEstimates[look]),
    low = sprintf("%.15g", found$finalConfidenceIntervalLowerBounds[look]),
    high = sprintf("%.15g", found$finalConfidenceIntervalUpperBounds[look]),
    first_z = path$z[1], drift = sprintf("%.15g", 0.2 * sqrt(200)),
    conditional = sprintf("%.15g", sum(ahead$conditionalPower[length(path$information)]))
  )
}
write.csv(do.call(rbind, stops), file.path(folder, "stopping.csv"), row.names = FALSE, quote = FALSE)
