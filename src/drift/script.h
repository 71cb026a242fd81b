/*
 * The scripts of a report: every change at once, in order.
 */
#pragma once

#include <glib.h>

#include "model/drift.h"

/* Fills in `repair` and `adopt` of a report whose changes stand between the objects of two sides
 * (SchemaObject*, which know what they need). `access` are owners and privileges of the right
 * side, which repair gives back to what it makes again; or NULL. */
void drift_report_derive(DriftReport *report, const GPtrArray *left, const GPtrArray *right,
			 const GPtrArray *access);
