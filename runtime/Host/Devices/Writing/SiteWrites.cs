using System.Diagnostics.CodeAnalysis;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Devices.Writing;

/// <summary>
/// The one way by which anything is written to a device: what site.toml does not allow is refused here, whoever asks, and every attempt is
/// in the audit log, whatever became of it.
/// </summary>
internal sealed class SiteWrites
{
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _limit;
    private SiteModel _site;
    private volatile Dictionary<(string Device, string Tag), TagWriter> _tags = [];

    public SiteWrites(SiteModel site, IReadOnlyList<DeviceRunner> devices, AuditLog audit, TimeProvider time, PlantLog log)
    {
        _site = site;
        _audit = audit;
        _time = time;
        _log = log;
        _limit = new LogLimit(time, TimeSpan.FromSeconds(1), burst: 20);
        Take(site, devices);
    }

    /// <summary>
    /// Allows from now on what another site.toml allows. A tag that did not change keeps the value that waits for its turn.
    /// </summary>
    /// <param name="site">The site.</param>
    /// <param name="devices">Its devices, those that changed with their new models.</param>
    [MemberNotNull(nameof(_site))]
    public void Take(SiteModel site, IReadOnlyList<DeviceRunner> devices)
    {
        var before = _tags;
        _site = site;
        _tags = devices.SelectMany(d => d.Model.Tags, (device, tag) => (device, tag))
            .Where(t => t.device.Model.WritableAt is not null && t.tag.Write is not null)
            .ToDictionary(t => (t.device.Name, t.tag.Name), t => Kept(before, t.device, t.tag) ?? new TagWriter(t.device, t.tag, _time));
    }

    /// <summary>Writes a tag if that is allowed and can be done at once. Never throws; what became of it is the attempt's to say.</summary>
    public WriteAttempt Request(WriteRequest request)
    {
        var tag = _tags.GetValueOrDefault((request.Device, request.Tag));
        var attempt = new WriteAttempt(request, tag, _audit.BeginAsync, RecordAsync);
        var objection = tag is null
            ? WriteRules.Objection(_site, request.Device, request.Tag)
            : WriteRules.Objection(tag.Model, request.Value) ?? _audit.Problem;
        if (objection is null) tag!.Post(attempt);
        else attempt.End(WriteOutcome.Refused, objection);
        return attempt;
    }

    private static TagWriter? Kept(Dictionary<(string Device, string Tag), TagWriter> before, DeviceRunner device, TagModel tag) =>
        before.GetValueOrDefault((device.Name, tag.Name)) is { } old && old.Device == device
        && SiteSettings.Of(old.Model).SequenceEqual(SiteSettings.Of(tag)) ? old : null;

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
