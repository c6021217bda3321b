namespace PlantRuntime.Plugins.Modbus.Session;

/// <summary>
/// One unit of a serial line as one device of site.toml knows it: whether it answers, and which requests it may still answer late. A reply
/// has no id, so a request whose reply could be confused with a late one waits until the unit has answered another request. Used by one
/// <see cref="SerialConnection"/> at a time; performs no I/O.
/// </summary>
internal sealed class UnitState
{
    private const int MaxAbandoned = 4;

    // One missing reply may be the fault of the line.
    private const int SilencesOfDead = 2;

    private readonly Abandoned[] _abandoned = new Abandoned[MaxAbandoned];
    private int _next;
    private int _silences = SilencesOfDead;

    /// <summary>True if the unit answered its last request or the one before.</summary>
    public bool IsAnswering => _silences < SilencesOfDead;

    /// <summary>Timestamp before which the unit is not asked again, because it did not answer; 0 for at once.</summary>
    public long NotBefore { get; private set; }

    /// <summary>Records a reply. Requests are answered in their order, so no reply to an earlier one will come.</summary>
    public void ReportReply()
    {
        (_silences, NotBefore) = (0, 0);
        Array.Clear(_abandoned);
    }

    /// <summary>Records that a request got no reply so far.</summary>
    /// <param name="function">Function code of the request.</param>
    /// <param name="replyBytes">Bytes of its reply.</param>
    /// <param name="until">Timestamp until which the reply may come.</param>
    public void Abandon(byte function, int replyBytes, long until)
    {
        _abandoned[_next] = new Abandoned(function, replyBytes, until);
        _next = (_next + 1) % MaxAbandoned;
    }

    /// <summary>Records that a request was given up; if it was not the first, the next one is postponed.</summary>
    public void ReportSilence(long notBefore)
    {
        if (IsAnswering) _silences++;
        if (!IsAnswering) NotBefore = notBefore;
    }

    /// <summary>Returns true if a late reply, or a late refusal, may be taken for the reply to a request with this function.</summary>
    public bool IsInDoubt(byte function, long now) => Array.Exists(_abandoned, one => one.Function == function && now < one.Until);

    /// <summary>Returns true if a late reply may have this function and length.</summary>
    public bool MayReplyLate(byte function, int replyBytes, long now) =>
        Array.Exists(_abandoned, one => one.Function == function && one.ReplyBytes == replyBytes && now < one.Until);

    private readonly record struct Abandoned(byte Function, int ReplyBytes, long Until);
}

/// <summary>The units that one device of site.toml has asked, by unit id, and the counters of its line. Kept over reconnects.</summary>
internal sealed class SerialUnits
{
    private readonly UnitState?[] _units = new UnitState?[256];

    /// <summary>Number of units that were asked, without the broadcast.</summary>
    public int Count { get; private set; }

    /// <summary>Number of requests sent, repetitions included.</summary>
    public long Requests { get; set; }

    /// <summary>Number of replies with a wrong checksum.</summary>
    public long ChecksumErrors { get; set; }

    public UnitState this[byte unit]
    {
        get
        {
            if (_units[unit] is { } known) return known;
            if (unit != 0) Count++;
            return _units[unit] = new UnitState();
        }
    }
}
