using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Plan;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Slc;

/// <summary>
/// Reads the tags of an SLC or MicroLogix. A merged command that is refused is asked again tag by tag within the scan; from then on only
/// the tags that are refused alone stay apart.
/// </summary>
internal sealed class SlcReader : IReader, IExchange
{
    private readonly EtherNetIpDriver _driver;
    private readonly PollingOrder _order;
    private readonly SlcScan _scan = new();
    private readonly SlcPlan _plan;
    private readonly SlcTag[] _tags;
    private CipTransport? _transport;
    private PackedRequests? _steady;
    private PackedRequests? _round;
    private List<SlcTag> _split = [];

    public SlcReader(EtherNetIpDriver driver, IReadOnlyList<SlcAddress> addresses)
    {
        _driver = driver;
        _order = new PollingOrder(driver.Time);
        _tags = [.. addresses.Select((address, i) => new SlcTag(i, address))];
        _plan = new SlcPlan(_tags, _scan);
    }

    /// <summary>The prepared plan.</summary>
    public SlcPlan Plan => _plan;

    public ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _scan.Begin(into);
        _plan.Begin();
        (_round, _transport) = (null, _driver.Loop.Session.Transport);
        return _driver.Loop.RunAsync(this, cancel);
    }

    int IExchange.PrepareRound()
    {
        if (_round is null)
        {
            _round = _steady ??= _plan.Create(_transport!, _plan.Items);
            _order.Begin(_round.Messages);
            return _round.Count;
        }

        _driver.ReportRound(_round.Count, isComplete: true);
        if (_scan.Failed.Count == 0)
        {
            KeepRefusedApart();
            return 0;
        }

        SlcTag[] failed = [.. _scan.Failed.SelectMany(item => item.Split()).Distinct()];
        _split = [.. _split.Union(failed)];
        _scan.Failed.Clear();
        foreach (var tag in failed) tag.Begin();
        _round = _plan.Create(_transport!, _plan.Merge(failed));
        return _round.Count;
    }

    Memory<byte> IExchange.Frames(int first, int count)
    {
        if (ReferenceEquals(_round, _steady)) _order.Sent(_round!.Messages.Slice(first, count));
        return _round!.Frames(first, count);
    }

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        if (ReferenceEquals(_round, _steady)) _order.Answered(_round!.Messages[request]);
        _round!.Accept(request, frame);
        return true;
    }

    bool IExchange.TryCompleteAtTimeout()
    {
        _driver.ReportRound(_round?.Count ?? 0, isComplete: false);
        if (_scan.IsAnswered) NameUnread();
        EndEarly();
        return _scan.IsAnswered;
    }

    string IExchange.ConnectionLost(string reason)
    {
        _driver.ReportRound(_round?.Count ?? 0, isComplete: false);
        EndEarly();
        return reason;
    }

    private void NameUnread()
    {
        foreach (var message in ReferenceEquals(_round, _steady) ? _steady!.Messages : [])
        {
            foreach (var item in message.IsSent ? [] : message.Items) ((SlcItem)item).NotRead(UnreadReason.NotAsked);
        }

        for (var i = 0; i < _scan.Into.Count; i++)
        {
            if (!_scan.Into.IsSet(i)) _scan.Into.NotRead(i, UnreadReason.NoAnswer);
        }
    }

    // The next scan goes on with what this one left: tags of a refused command stay alone until a scan has shown which of them are refused.
    private void EndEarly()
    {
        if (_round is null) return;
        if (ReferenceEquals(_round, _steady))
        {
            _steady = _steady!.Reorder(_order);
            return;
        }

        _plan.Build();
        _steady = null;
    }

    // Tags that were good alone share commands again, unless all were: then what lay between them is refused, and they stay apart.
    private void KeepRefusedApart()
    {
        if (_split.Count == 0) return;
        var good = _split.FindAll(tag => _scan.Into.Samples[Array.IndexOf(_tags, tag)].Quality == Quality.Good);
        if (good.Count < _split.Count) good.ForEach(tag => tag.IsAlone = false);
        _split = [];
        _plan.Build();
        _steady = null;
    }
}
