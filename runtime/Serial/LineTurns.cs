namespace PlantRuntime.Serial;

/// <summary>
/// Gives the devices of one line their turns, first come, first served. Devices whose last two turns passed without a reply share a
/// bounded part of the time, whatever their number, as long as the line has others. Belongs to one
/// <see cref="SerialLine"/>. Thread-safe; never blocks.
/// </summary>
internal sealed class LineTurns(TimeProvider time) : IDisposable
{
    // Silent devices together hold the line for at most 1/5 of the time.
    private const int SilentShare = 5;

    // One missing reply may be the fault of the line.
    private const int SilentTurns = 2;

    private readonly Lock _gate = new();
    private readonly List<SerialLink> _waiting = [];
    private ITimer? _timer;
    private SerialLink? _holder;
    private long _since;

    // Timestamp of the next turn of a silent device.
    private long _silentNotBefore;

    /// <summary>Number of devices on the line.</summary>
    public int Devices { get; set; }

    /// <summary>Requests a turn for a link; its turn has begun when <see cref="SerialLink.BeginTurn"/> was called.</summary>
    public void Request(SerialLink link)
    {
        lock (_gate) _waiting.Add(link);
        GrantNext();
    }

    /// <summary>Withdraws a request. Returns false if the turn has begun already.</summary>
    public bool Withdraw(SerialLink link)
    {
        lock (_gate) return _waiting.Remove(link);
    }

    /// <summary>Ends the turn of a link, if it has the turn, and begins the next one.</summary>
    /// <param name="link">The link.</param>
    /// <param name="wasSilent">True if the device was asked and did not reply.</param>
    public void End(SerialLink link, bool wasSilent)
    {
        lock (_gate)
        {
            if (_holder != link) return;
            _holder = null;
            link.SilentTurns = wasSilent ? Math.Min(SilentTurns, link.SilentTurns + 1) : 0;
            var now = time.GetTimestamp();
            if (link.SilentTurns == SilentTurns) _silentNotBefore = now + ((SilentShare - 1) * (now - _since));
        }

        GrantNext();
    }

    public void Dispose() => _timer?.Dispose();

    private void GrantNext()
    {
        SerialLink next;
        lock (_gate)
        {
            if (_holder is not null || _waiting.Count == 0) return;
            var now = time.GetTimestamp();
            var index = now >= _silentNotBefore || Devices <= 1 ? 0 : _waiting.FindIndex(link => link.SilentTurns < SilentTurns);
            if (index < 0)
            {
                var wait = time.GetElapsedTime(now, _silentNotBefore) + TimeSpan.FromMilliseconds(1);
                _timer ??= time.CreateTimer(static turns => ((LineTurns)turns!).GrantNext(), this, Timeout.InfiniteTimeSpan,
                    Timeout.InfiniteTimeSpan);
                _timer.Change(wait, Timeout.InfiniteTimeSpan);
                return;
            }

            next = _waiting[index];
            _waiting.RemoveAt(index);
            (_holder, _since) = (next, now);
        }

        next.BeginTurn();
    }
}
