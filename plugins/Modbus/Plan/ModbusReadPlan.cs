using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>
/// The prepared requests for a set of tags, consecutive in one array, ready to be sent in bursts. Tags and gaps that the device refuses or
/// leaves unanswered are isolated, remembered, and left out of the merged requests. One <see cref="ModbusReader"/> owns it and calls it
/// within ReadAsync, one call at a time; not thread-safe. It performs no I/O. It allocates only when it is created, rebuilt or reordered.
/// </summary>
internal sealed class ModbusReadPlan
{
    private const int BitsPerRegister = 16;

    // Most requests into which an unanswered one is split at once.
    private const int MaxSplits = 16;

    private const string Broadcast = "unit 0 is all units of the line: it can be written and not read";

    private readonly ReadGroup[] _groups;
    private readonly ModbusReadTag[] _broadcasts;
    private readonly ModbusDialect _dialect;
    private readonly int _frameBytes;
    private readonly List<BadTagBisection> _bisections = [];
    private readonly List<ReadBlock> _doubted = [];
    private ModbusReadTag[] _refused = [];
    private ReadBlock[] _retries = [];
    private ReadBlock[] _blocks = [];
    private byte[] _frames = [];
    private int _retry;
    private bool _hasProbes;

    public ModbusReadPlan(IReadOnlyList<ModbusAddress> addresses, ModbusOptions options)
    {
        _dialect = ModbusDialect.From(options);
        _frameBytes = ModbusReadRequest.FrameBytes(_dialect.Frame);
        var items = addresses.Select((address, index) => new ModbusReadTag(index, address)).ToList();
        _broadcasts = options.SerialPort is null ? [] : [.. items.Where(item => item.Address.Unit == 0)];
        _groups = [.. items.Except(_broadcasts)
            .GroupBy(item => (item.Address.Unit, item.Address.Area))
            .OrderBy(group => group.Key)
            .Select(group => group.Key.Area.IsBits()
                ? new ReadGroup(group, options.MaxGap * BitsPerRegister, options.MaxBits, _dialect)
                : new ReadGroup(group, options.MaxGap, options.RegistersPerRequest, _dialect))];
        Rebuild();
    }

    /// <summary>
    /// The requests of a scan, in the order of their frames. The last one is the retry of a refused tag, if there is any.
    /// </summary>
    public ReadOnlySpan<ReadBlock> Blocks => _blocks;

    /// <summary>The bisections that are not done yet.</summary>
    public IReadOnlyList<BadTagBisection> Bisections => _bisections;

    /// <summary>Bytes of a request's frame, the same for all requests.</summary>
    public int FrameBytes => _frameBytes;

    /// <summary>
    /// True if the device refuses or leaves unanswered requests that read over a gap or for more registers than it allows.
    /// </summary>
    public bool HasSplits { get; private set; }

    /// <summary>Returns the frames of consecutive requests; the exchange loop stamps ids into them.</summary>
    public Memory<byte> Frames(int first, int count) => _frames.AsMemory(first * _frameBytes, count * _frameBytes);

    /// <summary>
    /// Begins a scan. Sets the refused tags bad with their reason and selects one of them, in turn, to be read once more: it recovers when
    /// the device does, and a table with many wrong addresses costs one request per scan.
    /// </summary>
    public void Begin(ScanBuffer into)
    {
        _doubted.Clear();
        foreach (var item in _broadcasts) into.Bad(item.Index, Quality.BadAddress, Broadcast);
        foreach (var item in _refused) item.Bad(into, item.Refused!);
        if (_hasProbes)
        {
            foreach (var block in _blocks) block.ProbeFor?.NotRead(into, ModbusDriver.NoAnswer);
        }

        if (_retries.Length == 0) return;
        _retry = (_retry + 1) % _retries.Length;
        _blocks[^1] = _retries[_retry];
        WriteFrame(_blocks.Length - 1);
    }

    /// <summary>
    /// Handles the reply to a request. Clears the doubts about it and the refusal of its tag; <see cref="Rebuild"/> then merges the tag
    /// with its neighbours again.
    /// </summary>
    /// <returns>True if the plan must be rebuilt.</returns>
    public bool Accept(ReadBlock block)
    {
        var first = block.Items[0];
        if (block.ProbeFor is null) first.Doubt = null;
        else if (block.ProbeFor.Items[0].Doubt is { } doubt) doubt.IsUnitThere = true;
        if (first.Refused is null) return false;
        first.Refused = null;
        return true;
    }

    /// <summary>
    /// Handles a refusal: starts a bisection if the request has several tags and the fault is about an address, else marks its tag as
    /// refused. Any other exception for several tags is examined when it comes again.
    /// </summary>
    /// <returns>True if the plan must be rebuilt.</returns>
    public bool Refuse(ReadBlock block, ReplyFault fault)
    {
        var first = block.Items[0];
        if (block.Items.Count > 1)
        {
            if (fault.IsAboutAddress) Isolate(block, isAnyFaultRefusal: false);
            else if (fault.Code != 0 && (first.Doubt ??= new RequestDoubt()).TryBeginProbe()) _doubted.Add(block);
            return fault.IsAboutAddress;
        }

        if (!fault.IsAboutAddress) return false;
        var isNews = first.Refused is null;
        first.Refused = fault;
        return isNews;
    }

    /// <summary>
    /// Returns a request of this scan that was refused as a whole and of which one tag is to be read alone; null if there is none.
    /// </summary>
    public ReadBlock? NextDoubted()
    {
        if (_doubted.Count == 0) return null;
        var doubted = _doubted[^1];
        _doubted.RemoveAt(_doubted.Count - 1);
        return doubted;
    }

    /// <summary>Starts the bisection of a request that was refused as a whole.</summary>
    public void Isolate(ReadBlock block, bool isAnyFaultRefusal) => _bisections.Add(new BadTagBisection(block, isAnyFaultRefusal));

    /// <summary>
    /// Orders the requests after a scan without all replies. A request for several tags that the device leaves unanswered is replaced by
    /// one for one of its tags; if that was answered before, the request is split at its gaps.
    /// </summary>
    /// <returns>True if the plan must be rebuilt.</returns>
    public bool Reorder(PollingOrder order)
    {
        var isSplit = false;
        var blocks = order.NextOrder(new ArraySegment<ReadBlock>(_blocks, 0, _blocks.Length - (_retries.Length > 0 ? 1 : 0)));
        for (var i = 0; i < blocks.Length; i++)
        {
            var block = blocks[i].ProbeFor ?? blocks[i];
            if (!block.IsUnanswerable || block.Items.Count == 1) continue;
            var doubt = block.Items[0].Doubt ??= new RequestDoubt();
            if (blocks[i].ProbeFor is null && doubt.IsUnitThere && !isSplit)
            {
                Split(block);
                isSplit = true;
                continue;
            }

            if (blocks[i].ProbeFor is not null && !blocks[i].IsAnswered) doubt.ReportFailedProbe();
            if (!doubt.IsUnitThere) blocks[i] = block.Probe(doubt.NextTag(block.Items.Count));
        }

        SetBlocks(blocks);
        return isSplit;
    }

    /// <summary>
    /// Ends a scan: a request whose tag was answered alone is sent as a whole again, before the others, so that its next silence proves
    /// that it is at fault.
    /// </summary>
    public void EndProbes()
    {
        if (!_hasProbes || !_blocks.Any(IsAnsweredProbe)) return;
        var blocks = _retries.Length > 0 ? _blocks[..^1] : _blocks;
        SetBlocks([.. blocks.Where(IsAnsweredProbe).Select(block => block.ProbeFor!), .. blocks.Where(block => !IsAnsweredProbe(block))]);

        static bool IsAnsweredProbe(ReadBlock block) => block.ProbeFor?.Items[0].Doubt is { IsUnitThere: true };
    }

    /// <summary>Merges the tags again after refusals or recoveries.</summary>
    public void Rebuild()
    {
        _bisections.RemoveAll(bisection => bisection.IsDone);
        _refused = [.. _groups.SelectMany(group => group.Refused)];
        _retries = [.. _refused.Select(item => new ReadBlock(new[] { item }, _dialect))];
        HasSplits = Array.Exists(_groups, group => group.HasSplits);
        SetBlocks([.. _groups.SelectMany(group => group.Blocks())]);
    }

    // Splits a request at its largest gaps, or in the middle if it has none.
    private static void Split(ReadBlock block)
    {
        block.Items[0].Doubt = null;
        var gaps = new List<(int Gap, ModbusReadTag Tag)>();
        var reach = block.Items[0].End;
        foreach (var item in block.Items)
        {
            if (item.Start > reach) gaps.Add((item.Start - reach, item));
            reach = Math.Max(reach, item.End);
        }

        if (gaps.Count == 0) gaps.Add((0, block.Items[block.Items.Count / 2]));
        foreach (var (_, tag) in gaps.OrderByDescending(gap => gap.Gap).Take(MaxSplits)) tag.MustStartRequest = true;
    }

    private void SetBlocks(ReadBlock[] blocks)
    {
        // The last request reads one refused tag; Begin replaces it, so that the refused tags take turns.
        _blocks = _retries.Length == 0 ? blocks : [.. blocks, _retries[0]];
        _hasProbes = Array.Exists(_blocks, block => block.ProbeFor is not null);
        _frames = new byte[_blocks.Length * _frameBytes];
        for (var i = 0; i < _blocks.Length; i++) WriteFrame(i);
    }

    private void WriteFrame(int index) => _blocks[index].Write(Frames(index, 1).Span);
}
