using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>
/// Prepares the requests that find the tags and gaps at fault in refused requests, one at a time and a limited number in each scan; the
/// next scan continues where this one stopped. One <see cref="ModbusReader"/> owns it and calls it after the requests of the plan are
/// answered, one call at a time; not thread-safe. It owns the frame of its request and sends nothing.
/// </summary>
internal sealed class BadTagIsolation(ModbusReadPlan plan)
{
    /// <summary>
    /// The most requests of a scan in addition to those of the plan; limits the time that a refused request adds to a scan.
    /// </summary>
    public const int MaxRequests = 32;

    private const string InBisection = "refused together with its neighbours; the tag at fault is being isolated";

    private readonly byte[] _frame = new byte[plan.FrameBytes];
    private ReadBlock _block = null!;
    private ReadBlock? _doubted;
    private int _bisection;
    private int _requests;
    private bool _isPending;
    private bool _isMarked;
    private bool _isStopped;

    /// <summary>The frame of the prepared request.</summary>
    public Memory<byte> Frame => _frame;

    /// <summary>Begins a scan with the first bisection of the plan.</summary>
    public void Begin() => (_bisection, _requests, _isPending, _isMarked, _isStopped) = (0, 0, false, false, false);

    /// <summary>Prepares the next request. Returns false if there is none left in this scan.</summary>
    public bool TryPrepareRequest(ScanBuffer into)
    {
        _doubted = _requests < MaxRequests ? plan.NextDoubted() : null;
        if (_doubted is not null) return Prepare(_doubted.Part(_doubted.Items.Slice(Doubt.NextTag(_doubted.Items.Count), 1)));
        for (; _bisection < plan.Bisections.Count; _bisection++)
        {
            var bisection = plan.Bisections[_bisection];
            if (!_isMarked) MarkTagsInBisection(bisection, into);
            _isMarked = true;
            if (!bisection.IsDone && !_isStopped && _requests < MaxRequests)
            {
                return Prepare(bisection.Next());
            }

            MarkRefused(bisection, into);
            _isMarked = _isStopped = false;
        }

        return false;
    }

    /// <summary>Handles the reply to the request. A fault that is no refusal stops the bisection until the next scan.</summary>
    public void Accept(ReadOnlySpan<byte> frame, ScanBuffer into)
    {
        var fault = _block.Read(frame, into);
        _isPending = false;
        if (_doubted is not null)
        {
            if (fault is null) plan.Isolate(_doubted, isAnyFaultRefusal: true);
            else Doubt.ReportFailedProbe();
            return;
        }

        var bisection = plan.Bisections[_bisection];
        if (fault is null || bisection.IsRefusal(fault)) bisection.Report(_block.Items.Count, fault);
        else _isStopped = true;
    }

    /// <summary>
    /// Ends a scan without the reply to the request. The second silence of a bisection in a row counts as a refusal, so that it ends.
    /// </summary>
    public void EndWithoutReply()
    {
        if (!_isPending) return;
        if (_doubted is not null) Doubt.ReportFailedProbe();
        else plan.Bisections[_bisection].ReportSilence(_block.Items.Count);
    }

    private RequestDoubt Doubt => _doubted!.Items[0].Doubt!;

    private bool Prepare(ReadBlock block)
    {
        _requests++;
        _isPending = true;
        _block = block;
        _block.Write(_frame);
        return true;
    }

    private static void MarkTagsInBisection(BadTagBisection bisection, ScanBuffer into)
    {
        foreach (var item in bisection.Items)
        {
            if (item.IsInBisection) into.Bad(item.Index, Quality.BadComm, InBisection);
        }
    }

    private static void MarkRefused(BadTagBisection bisection, ScanBuffer into)
    {
        foreach (var item in bisection.Items)
        {
            if (item.Refused is { } fault) item.Bad(into, fault);
        }
    }
}
