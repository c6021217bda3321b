using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>
/// The prepared reading of a set of tags: request frames one behind the other, ready to be sent as trains. It learns: what the device
/// refuses is searched for, set apart and remembered.
/// </summary>
internal sealed class ReadPlan
{
    private const int BitsPerRegister = 16;

    private readonly ReadGroup[] _groups;
    private readonly List<CulpritSearch> _searches = [];
    private ReadItem[] _refused = [];
    private ReadBlock[] _retries = [];
    private ReadBlock[] _blocks = [];
    private byte[] _frames = [];
    private int _retry;

    public ReadPlan(IReadOnlyList<ModbusAddress> addresses, ModbusOptions options)
    {
        _groups = [.. addresses
            .Select((address, index) => new ReadItem(index, address))
            .GroupBy(item => (item.Address.Unit, item.Address.Area))
            .OrderBy(group => group.Key)
            .Select(group => group.Key.Area.IsBits()
                ? new ReadGroup(group, options.MaxGap * BitsPerRegister, options.MaxBits)
                : new ReadGroup(group, options.MaxGap, options.MaxRegisters))];
        Rebuild();
    }

    /// <summary>The requests of a scan, in the order of their frames.</summary>
    public ReadOnlySpan<ReadBlock> Blocks => _blocks;

    /// <summary>Searches that are under way.</summary>
    public IReadOnlyList<CulpritSearch> Searches => _searches;

    /// <summary>The frames of some requests that follow one another.</summary>
    public Memory<byte> Frames(int first, int count) => _frames.AsMemory(first * ReadBlock.FrameBytes, count * ReadBlock.FrameBytes);

    /// <summary>
    /// Begins a scan: refused tags get their reason again, and one of them in turn is asked for once more, so that it heals when the device
    /// does and a table full of wrong addresses costs one request, not one each.
    /// </summary>
    public void Begin(ScanBuffer into)
    {
        foreach (var block in _blocks) block.IsAnswered = false;
        foreach (var item in _refused) item.Bad(into, item.Refused!);
        if (_retries.Length == 0) return;
        _retry = (_retry + 1) % _retries.Length;
        _blocks[^1] = _retries[_retry];
        _blocks[^1].IsAnswered = false;
        WriteFrame(_blocks.Length - 1);
    }

    /// <summary>The device answered a request whose tag it had refused before: the tag joins its neighbours again.</summary>
    public bool TryHeal(ReadBlock block)
    {
        if (block.Items[0].Refused is null) return false;
        block.Items[0].Refused = null;
        return true;
    }

    /// <summary>
    /// The device refused a request because of an address in it: looks for the culprit, unless there is but one tag to blame.
    /// </summary>
    /// <returns>True when that is news.</returns>
    public bool Refuse(ReadBlock block, ReplyFault fault)
    {
        var isNews = block.Items[0].Refused is null;
        if (block.Items.Count > 1) _searches.Add(new CulpritSearch(block));
        else block.Items[0].Refused = fault;
        return isNews;
    }

    /// <summary>
    /// Puts the requests that got no answer behind those that did or were not sent, so that a silent unit delays nobody but itself.
    /// </summary>
    /// <param name="sent">How many of the requests were sent.</param>
    public void MoveLast(int sent)
    {
        var silent = _blocks.Take(sent).Where(block => !block.IsAnswered).Except(_retries).ToArray();
        Lay([.. _blocks.Except(silent).Except(_retries), .. silent]);
    }

    /// <summary>Merges anew after something was learnt.</summary>
    public void Rebuild()
    {
        _searches.RemoveAll(search => search.IsDone);
        _refused = [.. _groups.SelectMany(group => group.Refused)];
        _retries = [.. _refused.Select(item => new ReadBlock(new[] { item }))];
        Lay([.. _groups.SelectMany(group => group.Blocks())]);
    }

    private void Lay(ReadBlock[] blocks)
    {
        // The last place is the one where refused tags take turns.
        _blocks = _retries.Length == 0 ? blocks : [.. blocks, _retries[0]];
        _frames = new byte[_blocks.Length * ReadBlock.FrameBytes];
        for (var i = 0; i < _blocks.Length; i++) WriteFrame(i);
    }

    private void WriteFrame(int index) => _blocks[index].Write(Frames(index, 1).Span);
}
