#include "check.hpp"
#include "skymatte/timing.hpp"

TEST(mean_and_quantiles_of_known_durations) {
    skymatte::Timing timing;
    for (int each = 1; each <= 1000; ++each) timing.add(each / 10.0);
    CHECK(timing.count() == 1000);
    CHECK(check::near(timing.mean(), 50.05, 1e-9));
    CHECK(check::near(timing.quantile(0.5), 50, 1.0));
    CHECK(check::near(timing.quantile(0.95), 95, 1.9));
}

TEST(timings_add_up) {
    skymatte::Timing one, other;
    one.add(1);
    other.add(3);
    one.add(other);
    CHECK(one.count() == 2);
    CHECK(one.mean() == 2);
    CHECK(skymatte::Timing().mean() == 0);
    CHECK(skymatte::Timing().quantile(0.5) == 0);
}
