using System.Numerics;
using System.Runtime.InteropServices;

namespace PlantRuntime.Wire;

/// <summary>Classifies a reply by its request id. Only <see cref="Expected"/> replies may be used.</summary>
public enum ReplyKind
{
    /// <summary>The reply to an outstanding request.</summary>
    Expected,

    /// <summary>The reply to a request that was abandoned.</summary>
    Late,

    /// <summary>A second reply to a request.</summary>
    Duplicate,

    /// <summary>The reply to no request of this driver, or to one that is no longer remembered.</summary>
    Foreign,
}

/// <summary>
/// Issues 16-bit request ids and classifies replies by them. Ids rise and wrap from 65535 to 1; 0 is not used, because some protocols do
/// not allow it. Answered and abandoned requests stay remembered until their entry is reused, so that late and duplicate replies are
/// recognized. <see cref="ExchangeLoop{TSession}"/> owns one table for all connections to its device; its session calls it, one call at a
/// time. Performs no I/O; not thread-safe.
/// </summary>
/// <param name="memory">Number of requests remembered, and the most that can be outstanding. Rounded up to a power of 2.</param>
public sealed class RequestTable(int memory = 256)
{
    private readonly Entry[] _entries = new Entry[BitOperations.RoundUpToPowerOf2((uint)memory)];
    private ushort _last;

    private enum State : byte
    {
        Never,
        Outstanding,
        Abandoned,
        Answered,
    }

    /// <summary>The most requests that can be outstanding: the number of requests remembered.</summary>
    public int Capacity => _entries.Length;

    /// <summary>Number of requests that wait for a reply.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Number of late replies.</summary>
    public long LateCount { get; private set; }

    /// <summary>Number of duplicate replies.</summary>
    public long DuplicateCount { get; private set; }

    /// <summary>Number of foreign replies.</summary>
    public long ForeignCount { get; private set; }

    /// <summary>Issues an id for a request that is about to be sent.</summary>
    /// <param name="request">The caller's own number of the request; <see cref="Match"/> returns it.</param>
    /// <exception cref="InvalidOperationException">More requests are outstanding than the table can remember.</exception>
    public ushort Issue(int request)
    {
        _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
        ref var entry = ref EntryOf(_last);
        if (entry.State == State.Outstanding) throw new InvalidOperationException($"more than {Outstanding} requests are outstanding");
        entry = new Entry { Id = _last, State = State.Outstanding, Request = request };
        Outstanding++;
        return _last;
    }

    /// <summary>Classifies a reply by its request id as expected, late, duplicate or foreign, and counts the last three.</summary>
    /// <param name="id">The id in the reply.</param>
    /// <param name="request">The number given to <see cref="Issue"/>; -1 unless the reply is expected.</param>
    public ReplyKind Match(ushort id, out int request)
    {
        ref var entry = ref EntryOf(id);
        var state = entry.Id == id ? entry.State : State.Never;
        request = state == State.Outstanding ? entry.Request : -1;
        if (state != State.Never) entry.State = State.Answered;
        switch (state)
        {
            case State.Outstanding:
                Outstanding--;
                return ReplyKind.Expected;
            case State.Abandoned:
                LateCount++;
                return ReplyKind.Late;
            case State.Answered:
                DuplicateCount++;
                return ReplyKind.Duplicate;
            default:
                ForeignCount++;
                return ReplyKind.Foreign;
        }
    }

    /// <summary>Abandons all outstanding requests: their replies count as late from now on.</summary>
    public void AbandonOutstanding()
    {
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.State == State.Outstanding) entry.State = State.Abandoned;
        }

        Outstanding = 0;
    }

    private ref Entry EntryOf(ushort id) => ref _entries[id & (_entries.Length - 1)];

    [StructLayout(LayoutKind.Auto)]
    private struct Entry
    {
        public ushort Id;
        public State State;
        public int Request;
    }
}
