using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa;

/// <summary>The nodes of one Read call, and the tags that get their values.</summary>
/// <param name="tags">The tags' places in the scan buffer.</param>
/// <param name="nodes">The nodes, in the order of the tags.</param>
internal sealed class NodeBatch(int[] tags, ReadValueId[] nodes) : PolledRequest
{
    /// <summary>The tags' places in the scan buffer.</summary>
    public int[] Tags => tags;

    /// <summary>The nodes, in the order of the tags.</summary>
    public ReadValueId[] Nodes => nodes;

    /// <summary>Divides the batch into parts of at most so many nodes.</summary>
    public IEnumerable<NodeBatch> Split(int most)
    {
        for (var from = 0; from < tags.Length; from += most)
        {
            var to = Math.Min(tags.Length, from + most);
            yield return new NodeBatch(tags[from..to], nodes[from..to]);
        }
    }
}

/// <summary>
/// The Read calls of a scan in one session. A call that the server refuses is divided, until the node that it refuses is found, which has a
/// call of its own from then on. After a scan that did not receive all responses in time the next one begins with the calls that there was
/// no time for. One <see cref="OpcUaReader"/> owns it and calls it within ReadAsync, one call at a time; not thread-safe. It performs no
/// I/O, and allocates only after a refusal or a scan that was not complete.
/// </summary>
internal sealed class NodeReadPlan
{
    private const string NoAnswer = "no answer in time";
    private const string NotAsked = "not asked in this scan, because no time was left";

    private readonly PollingOrder _order;
    private readonly NodeBatch _all;
    private readonly bool[] _isAlone;
    private NodeBatch[] _batches = [];
    private bool _isStale;

    /// <param name="tags">The tags' places in the scan buffer.</param>
    /// <param name="nodes">The nodes, in the order of the tags.</param>
    /// <param name="mostNodes">Maximum of nodes of one call.</param>
    /// <param name="time">The clock.</param>
    public NodeReadPlan(int[] tags, ReadValueId[] nodes, int mostNodes, TimeProvider time)
    {
        (_order, _all, _isAlone) = (new PollingOrder(time), new NodeBatch(tags, nodes), new bool[tags.Length]);
        Rebuild(mostNodes);
    }

    /// <summary>The calls, in the order in which they are made.</summary>
    public ReadOnlySpan<NodeBatch> Batches => _batches;

    /// <summary>True after any response of the running scan that has values, or refuses a single node.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Begins a scan.</summary>
    public void Begin()
    {
        IsAnswered = false;
        _order.Begin(_batches);
    }

    /// <summary>Records that a call is made now.</summary>
    public void Sent(int batch) => _order.Sent(new ReadOnlySpan<PolledRequest>(_batches, batch, 1));

    /// <summary>Records that a call has its result.</summary>
    public void Answered(int batch)
    {
        IsAnswered = true;
        _order.Answered(_batches[batch]);
    }

    /// <summary>Divides a refused call: its parts take its place in the running scan.</summary>
    public void Split(int batch, int most)
    {
        _isStale = true;
        _batches = [.. _batches[..batch], .. _batches[batch].Split(most), .. _batches[(batch + 1)..]];
    }

    /// <summary>Gives a node that was refused a call of its own in the scans that follow.</summary>
    public void ReadAlone(NodeBatch single)
    {
        var index = Array.IndexOf(_all.Tags, single.Tags[0]);
        _isStale |= !_isAlone[index];
        _isAlone[index] = true;
    }

    /// <summary>Ends a scan with all responses: the parts of refused calls are joined again without the nodes that are at fault.</summary>
    public void Complete(int mostNodes)
    {
        if (_isStale) Rebuild(mostNodes);
    }

    /// <summary>
    /// Ends a scan that did not receive all responses: names the tags without a value and orders the calls of the next scan.
    /// </summary>
    public void EndEarly(ScanBuffer into)
    {
        foreach (var batch in _batches)
        {
            if (batch.IsAnswered) continue;
            foreach (var tag in batch.Tags) into.NotRead(tag, batch.IsSent ? NoAnswer : NotAsked);
        }

        _batches = _order.NextOrder(_batches);
    }

    private void Rebuild(int mostNodes)
    {
        _isStale = false;
        var indexes = Enumerable.Range(0, _isAlone.Length).ToLookup(index => _isAlone[index]);
        _batches = [.. BatchOf(indexes[false]).Split(mostNodes), .. BatchOf(indexes[true]).Split(1)];
    }

    private NodeBatch BatchOf(IEnumerable<int> indexes)
    {
        int[] chosen = [.. indexes];
        return new NodeBatch(Array.ConvertAll(chosen, index => _all.Tags[index]), Array.ConvertAll(chosen, index => _all.Nodes[index]));
    }
}
