using System.Numerics;
using System.Runtime.InteropServices;

namespace PlantRuntime.Wire;

/// <summary>
/// The requests that wait for an answer, by a 16-bit reference id that rises and wraps from 65535 to 1 (0 is left out: some protocols
/// have no such id). Requests that were given up or answered stay remembered for a while, so that what comes late or twice is known as
/// such.
/// </summary>
/// <param name="memory">How many requests are remembered; also the most that can be outstanding. Rounded up to a power of 2.</param>
public sealed class RequestTable(int memory = 256)
{
    private readonly Entry[] _entries = new Entry[BitOperations.RoundUpToPowerOf2((uint)memory)];
    private ushort _last;

    private enum State : byte
    {
        Never,
        Outstanding,
        GivenUp,
        Answered,
    }

    /// <summary>Requests that wait for an answer.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Replies that came after their request was given up.</summary>
    public long Late { get; private set; }

    /// <summary>Replies that came a second time.</summary>
    public long Duplicate { get; private set; }

    /// <summary>Replies to nothing that is remembered.</summary>
    public long Foreign { get; private set; }

    /// <summary>Gives out an id for a request that is about to be sent.</summary>
    /// <param name="request">The caller's own number of the request; <see cref="Answer"/> gives it back.</param>
    /// <exception cref="InvalidOperationException">More requests are outstanding than the table can remember.</exception>
    public ushort Issue(int request)
    {
        _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
        ref var entry = ref Of(_last);
        if (entry.State == State.Outstanding) throw new InvalidOperationException($"more than {Outstanding} requests are outstanding");
        entry = new Entry { Id = _last, State = State.Outstanding, Request = request };
        Outstanding++;
        return _last;
    }

    /// <summary>Says what a reply with this id is, and counts it if it is of no use.</summary>
    /// <param name="id">Reference id of the reply.</param>
    /// <param name="request">The number given to <see cref="Issue"/>; -1 unless <see cref="ReplyKind.Expected"/>.</param>
    public ReplyKind Answer(ushort id, out int request)
    {
        ref var entry = ref Of(id);
        var state = entry.Id == id ? entry.State : State.Never;
        request = state == State.Outstanding ? entry.Request : -1;
        if (state != State.Never) entry.State = State.Answered;
        switch (state)
        {
            case State.Outstanding:
                Outstanding--;
                return ReplyKind.Expected;
            case State.GivenUp:
                Late++;
                return ReplyKind.Late;
            case State.Answered:
                Duplicate++;
                return ReplyKind.Duplicate;
            default:
                Foreign++;
                return ReplyKind.Foreign;
        }
    }

    /// <summary>Gives up on all outstanding requests: their answers are late from now on.</summary>
    public void GiveUp()
    {
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.State == State.Outstanding) entry.State = State.GivenUp;
        }

        Outstanding = 0;
    }

    private ref Entry Of(ushort id) => ref _entries[id & (_entries.Length - 1)];

    [StructLayout(LayoutKind.Auto)]
    private struct Entry
    {
        public ushort Id;
        public State State;
        public int Request;
    }
}
