/// What the program tells of a run.
#pragma once

#include <string>

#include "options.hpp"

namespace skymatte::program {

/// One line per stage, for people.
std::string table(const Summary& summary, std::int64_t damaged);

/// Writes the report as JSON; it appears whole.  Throws Error if it cannot be written.
void write_report(const Options& options, const Model& model, const StreamInfo& info, const Summary& summary,
                  std::int64_t damaged);

}  // namespace skymatte::program
