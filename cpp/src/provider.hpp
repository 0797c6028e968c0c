/// ONNX Runtime sessions on the provider that was asked for.
#pragma once

#include <onnxruntime_cxx_api.h>

#include <string>

#include "skymatte/error.hpp"
#include "skymatte/model.hpp"

namespace skymatte {

/// Session options with the provider first.  Throws UsageError if the library or the machine does not have it.
Ort::SessionOptions session_options(const RunOptions& options);

/// What is thrown where a provider is missing.
UsageError missing_provider(Provider provider, const std::string& why);

}  // namespace skymatte
