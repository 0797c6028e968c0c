#include <atomic>
#include <thread>
#include <vector>

#include "check.hpp"
#include "skymatte/line.hpp"

TEST(a_queue_keeps_the_order_and_ends) {
    skymatte::Queue<int> queue(2);
    std::jthread producer([&] {
        for (int each = 0; each < 100; ++each) queue.put(each);
        queue.close();
    });
    int expected = 0;
    while (const auto thing = queue.take()) CHECK(*thing == expected++);
    CHECK(expected == 100);
}

TEST(nothing_piles_up) {
    skymatte::Queue<int> queue(2);
    std::atomic<int> brought{0};
    std::jthread producer([&] {
        while (queue.put(0)) ++brought;
    });
    for (int each = 0; each < 50; ++each) queue.take();
    queue.close();
    producer.join();
    CHECK(brought <= 50 + 2);
}

TEST(the_newest_thing_takes_the_place_of_older_ones) {
    skymatte::Queue<int> queue(1);
    for (int each = 0; each < 5; ++each) CHECK(queue.put_newest(each));
    CHECK(queue.take() == 4);
    CHECK(queue.dropped() == 4);
    queue.close();
    CHECK(!queue.put_newest(5));
    CHECK(!queue.take());
}

TEST(order_is_restored) {
    skymatte::Reorder<int> reorder(4);
    std::atomic<int> next{0}, over{0};
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < 4; ++worker)
        workers.emplace_back([&] {
            for (int each = next++; each < 200; each = next++) reorder.put(each, each);
            if (++over == 4) reorder.end_at(200);
        });
    int expected = 0;
    while (const auto thing = reorder.take()) CHECK(*thing == expected++);
    CHECK(expected == 200);
}

TEST(closing_wakes_who_waits) {
    skymatte::Reorder<int> reorder(1);
    std::jthread closer([&] { reorder.close(); });
    CHECK(!reorder.take());
    CHECK(!reorder.put(7, 7));
}
