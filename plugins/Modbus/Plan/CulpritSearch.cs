using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>
/// Finds out why the device refuses a request for several tags. By bisection it looks for the shortest run from the first tag on that is
/// refused; then either that run's last tag is refused alone as well, or the two cannot be read together (a hole between them, or more than
/// the device takes at once). Then it goes on behind. Every step is one request; the caller sends it and reports.
/// </summary>
internal sealed class CulpritSearch
{
    private const int Unknown = int.MaxValue;

    private readonly ArraySegment<ReadItem> _items;
    private int _from;
    private int _answered;
    private int _refused;
    private bool _alone;

    public CulpritSearch(ReadBlock refused)
    {
        _items = refused.Items;
        _refused = _items.Count;
        foreach (var item in _items) item.IsSearched = true;
    }

    /// <summary>All tags of the refused request.</summary>
    public ArraySegment<ReadItem> Items => _items;

    public bool IsDone => _from == _items.Count;

    private ArraySegment<ReadItem> Rest => _items[_from..];

    /// <summary>The request to send next.</summary>
    public ReadBlock Next() => new(_alone ? Rest.Slice(_answered, 1)
        : _refused == Unknown ? Rest
        : Rest[..((_answered + _refused) / 2)]);

    /// <summary>What came of the request of <see cref="Next"/>.</summary>
    /// <param name="asked">How many tags it asked for.</param>
    /// <param name="fault">The device's refusal, or null when it answered.</param>
    public void Report(int asked, ReplyFault? fault)
    {
        if (_alone) Settle(fault, culprit: _answered);
        else if (fault is null) _answered = asked;
        else _refused = asked;

        if (_answered == Rest.Count) Leave(Rest.Count);
        else if (_refused == 1) Settle(fault, culprit: 0);
        else if (_refused - _answered == 1) _alone = true;
    }

    private void Settle(ReplyFault? fault, int culprit)
    {
        var item = Rest[culprit];
        item.Refused = fault;
        item.StartsRequest = fault is null;
        Leave(culprit + (fault is null ? 0 : 1));
    }

    // What lies behind the culprit is a new question: first all of it at once.
    private void Leave(int count)
    {
        foreach (var item in Rest[..count]) item.IsSearched = false;
        _from += count;
        _answered = 0;
        _refused = Unknown;
        _alone = false;
    }
}
