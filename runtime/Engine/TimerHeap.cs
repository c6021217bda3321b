namespace PlantRuntime.Engine;

/// <summary>
/// A binary heap of timers by the time at which they are due. Each timer knows its place, so that changing and removing one takes a number
/// of steps that grows with the logarithm of their number, and allocates nothing. Not thread-safe: owned by <see cref="HostTime"/>.
/// </summary>
internal sealed class TimerHeap
{
    private HostTimer[] _timers = new HostTimer[16];

    public int Count { get; private set; }

    /// <summary>The timer that is due first; null if there is none.</summary>
    public HostTimer? First => Count == 0 ? null : _timers[0];

    /// <summary>Adds a timer, or moves it, so that it is due at a timestamp.</summary>
    public void Put(HostTimer timer, long due)
    {
        timer.Due = due;
        if (timer.Place < 0)
        {
            if (Count == _timers.Length) Array.Resize(ref _timers, 2 * Count);
            Place(timer, Count++);
        }

        MoveUp(timer);
        MoveDown(timer);
    }

    /// <summary>Removes a timer; one that is not in the heap changes nothing.</summary>
    public void Remove(HostTimer timer)
    {
        var place = timer.Place;
        if (place < 0) return;
        timer.Place = -1;
        var last = _timers[--Count];
        _timers[Count] = null!;
        if (last == timer) return;
        Place(last, place);
        MoveUp(last);
        MoveDown(last);
    }

    private void MoveUp(HostTimer timer)
    {
        while (timer.Place > 0)
        {
            var parent = _timers[(timer.Place - 1) / 2];
            if (parent.Due <= timer.Due) return;
            Swap(parent, timer);
        }
    }

    private void MoveDown(HostTimer timer)
    {
        while (true)
        {
            var child = (2 * timer.Place) + 1;
            if (child >= Count) return;
            if (child + 1 < Count && _timers[child + 1].Due < _timers[child].Due) child++;
            if (_timers[child].Due >= timer.Due) return;
            Swap(timer, _timers[child]);
        }
    }

    /// <summary>Exchanges a timer with one below it.</summary>
    private void Swap(HostTimer upper, HostTimer lower)
    {
        var (up, down) = (upper.Place, lower.Place);
        Place(lower, up);
        Place(upper, down);
    }

    private void Place(HostTimer timer, int place) => (_timers[place], timer.Place) = (timer, place);
}
