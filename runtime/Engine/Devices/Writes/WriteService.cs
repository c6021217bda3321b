using PlantRuntime.Contracts;
using PlantRuntime.Sites;
using System.Diagnostics.CodeAnalysis;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Settings;

namespace PlantRuntime.Engine.Devices.Writes;

/// <summary>
/// Writes single tags of devices, for recipes and users; blocks are written by BlockOutput and MirrorRunner. Refuses every write that
/// site.toml does not allow, for all callers, and records every attempt and its outcome in the audit log. Owned by SiteRuntime. Any thread
/// may request writes; the host's poll loop applies another site.toml. Never retries a write.
/// </summary>
internal sealed class WriteService
{
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _limit;
    private SiteModel _site;
    private readonly Func<string?>? _whyNoWrites;
    private volatile Dictionary<(string Device, string Tag), TagWriter> _tags = [];

    public WriteService(SiteModel site, IReadOnlyList<DeviceSupervisor> devices, AuditLog audit, TimeProvider time, PlantLog log,
        Func<string?>? whyNoWrites = null)
    {
        _whyNoWrites = whyNoWrites;
        _site = site;
        _audit = audit;
        _time = time;
        _log = log;
        _limit = new LogLimit(time, TimeSpan.FromSeconds(1), burst: 20);
        Apply(site, devices);
    }

    /// <summary>
    /// Applies the rights of another site.toml. A tag that did not change keeps the value that waits for its turn.
    /// </summary>
    /// <param name="site">The site.</param>
    /// <param name="devices">Its devices, those that changed with their new models.</param>
    [MemberNotNull(nameof(_site))]
    public void Apply(SiteModel site, IReadOnlyList<DeviceSupervisor> devices)
    {
        var before = _tags;
        _site = site;
        _tags = devices.SelectMany(d => d.Model.Tags, (device, tag) => (device, tag))
            .Where(t => t.device.Model.WritableAt is not null && t.tag.Write is not null)
            .ToDictionary(t => (t.device.Name, t.tag.Name),
                t => Unchanged(before, t.device, t.tag) ?? new TagWriter(t.device, t.tag, _time));
    }

    /// <summary>Writes a tag if that is allowed and possible now. Never throws; the attempt has the outcome.</summary>
    public WriteAttempt Request(TagWriteRequest request)
    {
        var tag = _tags.GetValueOrDefault((request.Device, request.Tag));
        var attempt = new WriteAttempt(request, tag, BeginAsync, RecordAsync);
        var objection = tag is null
            ? WriteRules.WhyRefused(_site, request.Device, request.Tag)
            : request.Refusal ?? WriteRules.WhyRefused(tag.Model, request.Value) ?? _audit.Problem ?? _whyNoWrites?.Invoke();
        if (objection is null) tag!.Post(attempt);
        else attempt.End(WriteOutcome.Refused, objection);
        return attempt;
    }

    private static TagWriter? Unchanged(Dictionary<(string Device, string Tag), TagWriter> before, DeviceSupervisor device, TagModel tag) =>
        before.GetValueOrDefault((device.Name, tag.Name)) is { } old && old.Device == device
        && SettingsList.From(old.Model).SequenceEqual(SettingsList.From(tag)) ? old : null;

    /// <summary>Records the begin of a write, after which the host may have lost the right to write.</summary>
    /// <exception cref="RefusedException">The host may not write any more.</exception>
    private async Task BeginAsync(TagWriteRequest request)
    {
        await _audit.BeginAsync(request).ConfigureAwait(false);
        if (_whyNoWrites?.Invoke() is { } reason) throw new RefusedException(reason);
    }

    private Task RecordAsync(TagWriteRequest request, WriteResult result)
    {
        if (result.Outcome != WriteOutcome.Replaced) Log(request, result);
        return _audit.AppendAsync(request, result);
    }

    // The audit log has every attempt. The log has the first of each kind of a tag, and then one a minute.
    private void Log(TagWriteRequest request, WriteResult result)
    {
        var limit = _tags.GetValueOrDefault((request.Device, request.Tag))?.LogLimit;
        var suppressed = 0;
        if (limit?.TryAcquire(result, out suppressed) == false || !_limit.TryAcquire(out var others)) return;
        var line = LogFields.From($"tag={request.Device}.{request.Tag} value={request.Value} by=\"{request.Who}\"");
        var outcome = AuditEntry.ToText(result.Outcome);
        var rest = LogText.Suppressed(suppressed + others);
        if (result.Outcome == WriteOutcome.Written) _log.Info($"WRITE {line}{rest}");
        else _log.Warn($"WRITE {line} outcome={outcome} reason=\"{result.Reason}\"{rest}");
    }
}
