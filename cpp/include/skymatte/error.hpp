/// What skymatte throws on purpose.  Each message says what is wrong, in which file, and what to do.
#pragma once

#include <stdexcept>

namespace skymatte {

/// Something failed: a file cannot be read or written, a model cannot run.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// It was asked for in a way that can never work: an unknown option, a runtime that is not on this machine.
struct UsageError : Error {
    using Error::Error;
};

}  // namespace skymatte
