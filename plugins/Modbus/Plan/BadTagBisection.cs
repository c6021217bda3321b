using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>
/// Finds the tags because of which the device refuses a request for several tags. It bisects for the shortest run from the first tag on
/// that is refused. Then either the last tag of that run is refused alone too, or it cannot be read together with the tag before it (a hole
/// between them, or more registers than the device allows). It continues after that tag. One <see cref="ModbusReadPlan"/> owns it, and
/// <see cref="BadTagIsolation"/> calls it within ReadAsync, one call at a time. It sends nothing: each step is one request that the caller
/// sends and whose result the caller reports. It sets the refusals of its tags.
/// </summary>
internal sealed class BadTagBisection
{
    private const int Unknown = int.MaxValue;

    // Number of faults that are not about an address before they count as refusals: a device may be busy for a moment.
    private const int MaxPostponements = 3;

    private readonly ReadBlock _refused;
    private readonly ArraySegment<ModbusReadTag> _items;
    private bool _isAnyFaultRefusal;
    private int _postponements;
    private bool _isSilent;
    private int _from;
    private int _answeredCount;
    private int _refusedCount;
    private bool _alone;

    /// <param name="refused">The refused request.</param>
    /// <param name="isAnyFaultRefusal">True if every exception counts as a refusal, not only those about an address.</param>
    public BadTagBisection(ReadBlock refused, bool isAnyFaultRefusal)
    {
        (_refused, _isAnyFaultRefusal) = (refused, isAnyFaultRefusal);
        _items = refused.Items;
        _refusedCount = _items.Count;
        foreach (var item in _items) item.IsInBisection = true;
    }

    /// <summary>All tags of the refused request.</summary>
    public ArraySegment<ModbusReadTag> Items => _items;

    /// <summary>True when every tag is settled: readable, refused alone, or the start of its own request.</summary>
    public bool IsDone => _from == _items.Count;

    private ArraySegment<ModbusReadTag> Rest => _items[_from..];

    /// <summary>Creates the request to send next.</summary>
    public ReadBlock Next() => _refused.Part(_alone ? Rest.Slice(_answeredCount, 1)
        : _refusedCount == Unknown ? Rest
        : Rest[..((_answeredCount + _refusedCount) / 2)]);

    /// <summary>
    /// Returns whether a fault is the refusal of a request; if not, the request is repeated in the next scan.
    /// </summary>
    public bool IsRefusal(ReplyFault fault)
    {
        if (fault.IsAboutAddress) return true;
        if (fault.Code == 0) return false;
        _isAnyFaultRefusal |= ++_postponements > MaxPostponements;
        return _isAnyFaultRefusal;
    }

    /// <summary>Reports the result of the request of <see cref="Next"/>.</summary>
    /// <param name="asked">Number of tags in the request.</param>
    /// <param name="fault">The device's refusal, or null when it answered.</param>
    public void Report(int asked, ReplyFault? fault)
    {
        _isSilent = false;
        if (_alone) Settle(fault, badTag: _answeredCount);
        else if (fault is null) _answeredCount = asked;
        else _refusedCount = asked;

        if (_answeredCount == Rest.Count) Advance(Rest.Count);
        else if (_refusedCount == 1) Settle(fault, badTag: 0);
        else if (_refusedCount - _answeredCount == 1) _alone = true;
    }

    /// <summary>Reports that the request of <see cref="Next"/> got no reply. The second time in a row it counts as refused.</summary>
    public void ReportSilence(int asked)
    {
        if (_isSilent) Report(asked, ReplyFault.NoReply);
        else _isSilent = true;
    }

    private void Settle(ReplyFault? fault, int badTag)
    {
        var item = Rest[badTag];
        item.Refused = fault;
        item.MustStartRequest = fault is null;
        Advance(badTag + (fault is null ? 0 : 1));
    }

    // The tags after the bad one are searched next, starting with one request for all of them.
    private void Advance(int count)
    {
        foreach (var item in Rest[..count]) item.IsInBisection = false;
        _from += count;
        _answeredCount = 0;
        _refusedCount = Unknown;
        _alone = false;
    }
}
