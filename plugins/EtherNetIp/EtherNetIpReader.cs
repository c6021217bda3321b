using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Plan;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Plugins.EtherNetIp.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp;

/// <summary>
/// Reads the tags of a Logix or Micro800 controller. A steady scan is one round of prepared requests; before the first one of a session the
/// types of the tags are found out, and behind a scan whose replies do not fit the plan it is corrected and the missing tags are
/// requested again. Created by <see cref="EtherNetIpDriver"/>; the host makes one call at a time, and the exchange loop calls the members
/// of <see cref="IExchange"/> within that call. It borrows the driver's session and owns its plan.
/// </summary>
internal sealed class EtherNetIpReader(EtherNetIpDriver driver, IReadOnlyList<EtherNetIpAddress> addresses) : IReader, IExchange
{
    private const string ProgramChanged = "the controller's program was changed while it was read";

    // A download during a scan may change a tag's type twice; more often in one scan is left to the next.
    private const int MostRepairs = 2;

    private readonly ReadScan _scan = new();
    private readonly PollingOrder _order = new(driver.Time);
    private ProgramCheck? _check;
    private ReadPlan? _plan;
    private EtherNetIpSession? _session;
    private PackedRequests? _round;
    private IEnumerator<IReadOnlyList<CipItem>>? _repair;
    private bool _isSteadySent;
    private bool _isRepairSent;
    // True after a scan in which there was no time to find out types: the next one does it before it reads.
    private bool _isRepairFirst;
    private bool _hasHalves;
    private bool _hasCulprit;
    private int _requests;

    /// <summary>The prepared plan; null before the first scan.</summary>
    public ReadPlan? Plan => _plan;

    public ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        _scan.Begin(into);
        return driver.RunAsync(this, cancel);
    }

    int IExchange.PrepareRound()
    {
        var halves = _round?.Halves(_session!.Transport);
        _hasCulprit |= _round is { IsolatesOne: true };
        if (halves is not null)
        {
            (_round, _hasHalves) = (halves, true);
            _requests = Math.Max(_requests, halves.Count);
            return halves.Count;
        }

        if (_repair is not null) return PrepareRepair();
        if (_isRepairFirst)
        {
            _isRepairFirst = false;
            _repair = Repair().GetEnumerator();
            return PrepareRepair();
        }

        if (!_isSteadySent) return PrepareSteady();
        if (_round is { IsPacketRefused: true } || _scan.HasStale || _scan.HasProgramChanged || _scan.Continuations.Count > 0)
        {
            _repair = Repair().GetEnumerator();
            return PrepareRepair();
        }

        return Complete();
    }

    Memory<byte> IExchange.Frames(int first, int count)
    {
        if (IsSteady) _order.Sent(_round!.Messages.Slice(first, count));
        return _round!.Frames(first, count);
    }

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        if (IsSteady) _order.Answered(_round!.Messages[request]);
        _round!.Accept(request, frame);
        return true;
    }

    // Tags that were answered stay as they are; the others become bad. A scan without any answer fails.
    bool IExchange.TryCompleteAtTimeout()
    {
        driver.ReportRound(_requests, isComplete: false);
        if (_scan.IsAnswered) _plan!.NotRead(_scan.Into);
        EndEarly();
        return _scan.IsAnswered;
    }

    string IExchange.ConnectionLost(string reason)
    {
        driver.ReportRound(_requests, isComplete: false);
        EndEarly();
        return reason;
    }

    /// <summary>Begins an exchange on the current session. The driver calls it before it runs the exchange.</summary>
    public void Begin(EtherNetIpSession session)
    {
        End();
        _plan ??= new ReadPlan([.. addresses.Select((address, i) => new PlannedTag(i, new TagBinding(address, driver.IsLogix)))], _scan);
        if (!ReferenceEquals(session, _session))
        {
            _plan.Clear();
            _check = driver.UsesInstanceIds ? new ProgramCheck(_scan, driver.Catalog) : null;
        }

        _session = session;
        _plan.Begin();
        _scan.HasStale = _plan.IsStale;
    }

    private bool IsSteady => ReferenceEquals(_round, _plan!.Steady);

    // The next scan goes on with what this one left.
    private void EndEarly()
    {
        if (_isSteadySent) _plan!.Reorder(_order);
        End();
        _isRepairFirst = _plan is { IsStale: true, Steady: not null };
    }

    private void End()
    {
        // An interrupted scan leaves the rest of the types to the next scan.
        if (_plan is not null) _plan.IsStale |= _repair is not null || _scan.HasStale;
        (_round, _isSteadySent, _isRepairSent, _hasHalves, _hasCulprit, _requests) = (null, false, false, false, false, 0);
        _repair?.Dispose();
        _repair = null;
    }

    private int PrepareSteady()
    {
        _isSteadySent = true;
        // Before types are known there is nothing steady.
        _round = _plan!.Steady;
        if (_round is not { Count: > 0 }) return ((IExchange)this).PrepareRound();
        _order.Begin(_round.Messages);
        _requests = Math.Max(_requests, _round.Count);
        return _round.Count;
    }

    private int PrepareRepair()
    {
        if (_isRepairSent && _round!.IsPacketRefused)
        {
            driver.Limits.RefusePackets();
            _round = Create(_repair!.Current);
            return _round.Count;
        }

        while (_repair!.MoveNext())
        {
            if (_repair.Current.Count == 0) continue;
            _round = Create(_repair.Current);
            _isRepairSent = true;
            _requests = Math.Max(_requests, _round.Count);
            return _round.Count;
        }

        _repair.Dispose();
        _repair = null;
        _plan!.IsStale |= _scan.HasStale;
        return _isSteadySent ? Complete() : PrepareSteady();
    }

    private int Complete()
    {
        if (_plan!.IsReordered) _plan.RestoreOrder();
        if (_hasHalves) Repack();
        driver.ReportRound(_requests, isComplete: true);
        return 0;
    }

    // A packet in which no request is at fault was too long.
    private void Repack()
    {
        if (!_hasCulprit) driver.Limits.ReplyWasTooLarge(_session!.Transport);
        (_hasHalves, _hasCulprit) = (false, false);
        _plan!.Repack(driver.Limits.ReplyRoom(_session!.Transport));
    }

    private PackedRequests Create(IReadOnlyList<CipItem> items) =>
        PackedRequests.Create(items, _session!.Transport, driver.Limits.ReplyRoom(_session.Transport), driver.Limits.HasPackets);

    private IEnumerable<IReadOnlyList<CipItem>> Repair()
    {
        for (var repair = 0; repair < MostRepairs; repair++)
        {
            var missing = new HashSet<PlannedTag>();
            if (_round is { IsPacketRefused: true })
            {
                driver.Limits.RefusePackets();
                missing.UnionWith(_plan!.Tags);
            }

            if (_scan.HasProgramChanged) ForgetProgram();
            if (_scan.Continuations.Count > 0) driver.Limits.ReplyWasTooLarge(_session!.Transport);
            foreach (var round in Continue()) yield return round;
            var stale = _plan!.Tags.Where(tag => tag.IsStale).ToList();
            _scan.HasStale = false;
            if (stale.Count > 0)
            {
                foreach (var round in LookUpInstances(stale)) yield return round;
                if (_scan.HasProgramChanged) ForgetProgram();
            }

            foreach (var round in Resolve(stale)) yield return round;
            missing.UnionWith(stale);
            if (missing.Count == 0)
            {
                _plan.IsStale = false;
                break;
            }

            _plan.Build(_session!.Transport, driver.Limits.ReplyRoom(_session.Transport), driver.Limits.HasPackets, PathOf, _check);
            _plan.Begin();
            yield return _plan.RequestsOf(missing);
            foreach (var round in Continue()) yield return round;
            if (_check is not null) yield return [_check];
            if (!_scan.HasStale && !_scan.HasProgramChanged) break;
        }

        if (_scan.HasProgramChanged) ForgetProgram();
    }

    // All that was read by numbers may be of other tags: it is read again.
    private void ForgetProgram()
    {
        _scan.HasProgramChanged = false;
        _scan.Continuations.Clear();
        driver.ForgetProgram(_check!.Catalog, _check.IsRefused);
        _check = driver.UsesInstanceIds ? new ProgramCheck(_scan, driver.Catalog) : null;
        foreach (var tag in _plan!.Tags) tag.IsStale = true;
        for (var i = 0; i < _scan.Into.Count; i++) _scan.Into.Bad(i, Quality.BadComm, ProgramChanged);
    }

    // The counters first, then the numbers: what changes between the two is noticed at the end of the scan.
    private IEnumerable<IReadOnlyList<CipItem>> LookUpInstances(List<PlannedTag> stale)
    {
        if (_check is null) yield break;
        if (_check.Catalog.Counters is null) yield return [_check];
        if (_scan.HasProgramChanged) yield break;
        foreach (var program in stale.Select(tag => tag.Binding.Address.Program).Distinct(StringComparer.OrdinalIgnoreCase).ToList())
        {
            foreach (var round in _check.Catalog.LoadSymbols(program, driver.Limits.ReplyRoom(_session!.Transport))) yield return round;
        }
    }

    private byte[] PathOf(EtherNetIpAddress address) =>
        _check is { Catalog.Counters: not null } && _check.Catalog.Scope(address.Program)?.Find(address.Names[0].Name) is { } symbol
            ? CipPath.Tag(address, symbol.Instance)
            : CipPath.Tag(address);

    private IEnumerable<IReadOnlyList<CipItem>> Continue()
    {
        while (_scan.Continuations.Count > 0)
        {
            CipItem[] pieces = [.. _scan.Continuations];
            _scan.Continuations.Clear();
            yield return pieces;
        }
    }

    private IEnumerable<IReadOnlyList<CipItem>> Resolve(List<PlannedTag> stale)
    {
        foreach (var tag in stale) tag.Binding.Forget();
        var bindings = stale.ConvertAll(tag => tag.Binding);
        try
        {
            foreach (var round in driver.Resolve(bindings)) yield return round;
            _scan.IsAnswered |= bindings.Count > 0;
        }
        finally
        {
            // Tags that were resolved before the time ran out stay resolved for the next scan.
            foreach (var tag in stale) tag.Prepare();
            _scan.IsAnswered |= stale.Exists(static tag => !tag.IsStale);
        }
    }
}
