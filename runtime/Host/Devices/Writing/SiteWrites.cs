using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Devices.Writing;

/// <summary>
/// The one way by which anything is written to a device: what site.toml does not allow is refused here, whoever asks, and every attempt is
/// in the audit log, whatever became of it.
/// </summary>
internal sealed class SiteWrites
{
    private readonly SiteModel _site;
    private readonly AuditLog _audit;
    private readonly PlantLog _log;
    private readonly LogLimit _limit;
    private readonly Dictionary<(string Device, string Tag), TagWriter> _tags;

    public SiteWrites(SiteModel site, IReadOnlyList<DeviceRunner> devices, AuditLog audit, TimeProvider time, PlantLog log)
    {
        _site = site;
        _audit = audit;
        _log = log;
        _limit = new LogLimit(time, TimeSpan.FromSeconds(1), burst: 20);
        _tags = devices.SelectMany(d => d.Model.Tags, (device, tag) => (device, tag))
            .Where(t => t.device.Model.WritableAt is not null && t.tag.Write is not null)
            .ToDictionary(t => (t.device.Name, t.tag.Name), t => new TagWriter(t.device, t.tag, time));
    }

    /// <summary>Writes a tag if that is allowed and can be done at once. Never throws; what became of it is the attempt's to say.</summary>
    public WriteAttempt Request(WriteRequest request)
    {
        var tag = _tags.GetValueOrDefault((request.Device, request.Tag));
        var attempt = new WriteAttempt(request, tag, RecordAsync);
        var objection = tag is null
            ? WriteRules.Objection(_site, request.Device, request.Tag)
            : WriteRules.Objection(tag.Model, request.Value) ?? _audit.Problem;
        if (objection is null) tag!.Post(attempt);
        else attempt.End(WriteOutcome.Refused, objection);
        return attempt;
    }

    private Task RecordAsync(WriteRequest request, WriteResult result)
    {
        var (device, tag, value, _, who) = request;
        var line = $"WRITE tag={device}.{tag} value={value} by=\"{who}\"";
        if (result.Outcome == WriteOutcome.Written) Log(LogLevel.Info, line);
        else if (result.Outcome != WriteOutcome.Replaced)
            Log(LogLevel.Warn, $"{line} outcome={AuditEntry.Word(result.Outcome)} reason=\"{result.Reason}\"");
        return _audit.AppendAsync(request, result);
    }

    private void Log(LogLevel level, string message)
    {
        if (_limit.May(out var held)) _log.Write(level, held > 0 ? $"{message} unsaid={held}" : message);
    }
}
