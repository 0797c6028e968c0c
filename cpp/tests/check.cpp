#include "check.hpp"

#include <cstdio>
#include <exception>
#include <vector>

namespace check {
namespace {

struct Test {
    const char* name;
    void (*run)();
};

std::vector<Test>& tests() {
    static std::vector<Test> all;
    return all;
}

int failures = 0;

}  // namespace

bool add(const char* name, void (*test)()) {
    tests().push_back({name, test});
    return true;
}

void that(bool holds, const char* what, const char* file, int line) {
    if (holds) return;
    ++failures;
    std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
}

}  // namespace check

int main() {
    for (const auto& test : check::tests()) {
        const int before = check::failures;
        try {
            test.run();
        } catch (const std::exception& error) {
            check::that(false, error.what(), test.name, 0);
        }
        std::printf("%s %s\n", check::failures == before ? "ok    " : "FAILED", test.name);
    }
    return check::failures == 0 ? 0 : 1;
}
