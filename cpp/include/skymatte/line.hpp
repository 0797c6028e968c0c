/// Queues that join threads like an assembly line: nothing piles up in them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace skymatte {

/// Things in order, a few at most.
template <typename Thing>
class Queue {
public:
    explicit Queue(std::size_t room) : room_(room) {}

    /// Brings a thing once there is room; false if the queue has been closed and nobody will take it.
    bool put(Thing thing) {
        std::unique_lock lock(guard_);
        changed_.wait(lock, [&] { return closed_ || things_.size() < room_; });
        if (closed_) return false;
        things_.push_back(std::move(thing));
        changed_.notify_all();
        return true;
    }

    /// Brings a thing at once: it takes the place of those that nobody took in time.  False as in put.
    bool put_newest(Thing thing) {
        const std::lock_guard lock(guard_);
        if (closed_) return false;
        dropped_ += static_cast<std::int64_t>(things_.size());
        things_.clear();
        things_.push_back(std::move(thing));
        changed_.notify_all();
        return true;
    }

    /// The next thing; nothing when the queue has been closed and is empty.
    std::optional<Thing> take() {
        std::unique_lock lock(guard_);
        changed_.wait(lock, [&] { return closed_ || !things_.empty(); });
        if (things_.empty()) return std::nullopt;
        std::optional<Thing> thing(std::move(things_.front()));
        things_.pop_front();
        changed_.notify_all();
        return thing;
    }

    /// Nothing more comes; what is there may still be taken.
    void close() {
        const std::lock_guard lock(guard_);
        closed_ = true;
        changed_.notify_all();
    }

    /// How many were replaced by newer ones.
    std::int64_t dropped() {
        const std::lock_guard lock(guard_);
        return dropped_;
    }

private:
    std::mutex guard_;
    std::condition_variable changed_;
    std::deque<Thing> things_;
    std::size_t room_;
    bool closed_ = false;
    std::int64_t dropped_ = 0;
};

/// Puts things that several threads finish in any order back into theirs.
template <typename Thing>
class Reorder {
public:
    explicit Reorder(std::int64_t room) : room_(room) {}

    /// Brings thing number `place`, once it is less than `room` ahead of the one that is due; false if closed.
    bool put(std::int64_t place, Thing thing) {
        std::unique_lock lock(guard_);
        changed_.wait(lock, [&] { return closed_ || place < due_ + room_; });
        if (closed_) return false;
        things_.emplace(place, std::move(thing));
        changed_.notify_all();
        return true;
    }

    /// The thing that is due; nothing when all have been taken, or when it has been closed.
    std::optional<Thing> take() {
        std::unique_lock lock(guard_);
        changed_.wait(lock, [&] { return closed_ || things_.contains(due_) || due_ == end_; });
        const auto found = things_.find(due_);
        if (closed_ || found == things_.end()) return std::nullopt;
        std::optional<Thing> thing(std::move(found->second));
        things_.erase(found);
        ++due_;
        changed_.notify_all();
        return thing;
    }

    /// There are so many things, numbered from 0.
    void end_at(std::int64_t count) {
        const std::lock_guard lock(guard_);
        end_ = count;
        changed_.notify_all();
    }

    /// Nothing goes on.
    void close() {
        const std::lock_guard lock(guard_);
        closed_ = true;
        changed_.notify_all();
    }

private:
    std::mutex guard_;
    std::condition_variable changed_;
    std::map<std::int64_t, Thing> things_;
    std::int64_t room_, due_ = 0, end_ = -1;
    bool closed_ = false;
};

}  // namespace skymatte
