/// A test is a function that calls CHECK; TEST names it and has it run.
#pragma once

#include <cmath>
#include <string>

namespace check {

/// Adds a test to those that main runs.
bool add(const char* name, void (*test)());

/// Counts and prints what does not hold.
void that(bool holds, const char* what, const char* file, int line);

/// Whether calling it throws an error whose text contains `part`.
template <typename Thrown, typename Call>
bool throws(Call call, const std::string& part) {
    try {
        call();
    } catch (const Thrown& error) {
        return std::string(error.what()).find(part) != std::string::npos;
    }
    return false;
}

inline bool near(double one, double other, double most) { return std::abs(one - other) <= most; }

}  // namespace check

#define CHECK(...) check::that((__VA_ARGS__), #__VA_ARGS__, __FILE__, __LINE__)
#define TEST(name)                                              \
    static void name();                                         \
    [[maybe_unused]] static const bool added_##name = check::add(#name, name); \
    static void name()
