using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Web.Live;

/// <summary>
/// The tags of all devices as the stream has sent them last, and what has changed since. Owned by the feed, on whose loop all methods run;
/// a device is held up only for a copy of its samples, and a poll allocates nothing per tag.
/// </summary>
/// <param name="devices">The devices of the site, as they are now: the list follows reloads.</param>
internal sealed class LiveTags(IReadOnlyList<DeviceSupervisor> devices)
{
    private const int MaxReason = 500;
    private static readonly string[] s_qualities = [.. Enum.GetValues<Quality>().Select(q => q.ToText())];

    private readonly List<DeviceTags> _devices = [];
    private readonly List<int> _changed = [];
    private float[] _numbers = [];

    /// <summary>True if the last poll found a single where there was none before, or the reverse: definitions and values are due.</summary>
    public bool HasNewTypes { get; private set; }

    /// <summary>The numbers of all tags, NaN for a tag that is bad or has none; valid until the next poll.</summary>
    public ReadOnlySpan<float> Numbers => _numbers;

    /// <summary>Device and name of each tag; its position in the list is its index in the stream.</summary>
    public List<(string Device, string Tag)> Names() =>
        [.. _devices.SelectMany(d => d.Samples.Take(d.Count).Select(s => (s.Tag.Device, s.Tag.Name)))];

    /// <summary>Copies the latest samples and compares them with those of the last poll.</summary>
    /// <returns>True if the tags themselves differ, or their units or limits. Then indexes are new, and all values are due.</returns>
    public bool Poll()
    {
        var isOther = FollowDevices();
        foreach (var device in _devices) isOther |= device.Copy();
        if (isOther) _numbers = new float[_devices.Sum(d => d.Count)];
        _changed.Clear();
        HasNewTypes = false;
        var first = 0;
        foreach (var device in _devices)
        {
            for (var i = 0; i < device.Count; i++)
            {
                if (device.Apply(i)) _changed.Add(first + i);
                HasNewTypes |= device.ApplyType(i);
                _numbers[first + i] = Number(device.Samples[i]);
            }

            first += device.Count;
        }

        return isOther;
    }

    /// <summary>Writes names, units and limits of all tags, in the order of their indexes.</summary>
    public void WriteDefinitions(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("qualities"u8);
        foreach (var quality in s_qualities) json.WriteStringValue(quality);
        json.WriteEndArray();
        json.WriteStartArray("devices"u8);
        foreach (var device in _devices)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, device.Device.Name);
            json.WriteStartArray("tags"u8);
            for (var i = 0; i < device.Count; i++)
            {
                var model = i < device.Model.Tags.Count ? device.Model.Tags[i] : null;
                WriteDefinition(json, device.Samples[i].Tag, model, device.Model.WritableAt is not null, device.IsSingle[i]);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>
    /// Writes the values that changed at the last poll, or all: <c>[index, value, quality, time, …]</c>. The time, in milliseconds since
    /// 1970, is that of the sample with which value or quality changed; 0 for none.
    /// </summary>
    public void WriteValues(Utf8JsonWriter json, bool all)
    {
        json.WriteStartArray();
        var (first, next) = (0, 0);
        foreach (var device in _devices)
        {
            if (all)
            {
                for (var i = 0; i < device.Count; i++) Write(json, first + i, device, i);
            }
            else
            {
                for (; next < _changed.Count && _changed[next] < first + device.Count; next++)
                    Write(json, _changed[next], device, _changed[next] - first);
            }

            first += device.Count;
        }

        json.WriteEndArray();
    }

    /// <summary>
    /// Writes why tags are bad, of those that changed at the last poll or of all: <c>[index, reason, …]</c>. The reason is null if it is
    /// the same as that of the entry before, as for all tags of a device that is lost.
    /// </summary>
    public void WriteReasons(Utf8JsonWriter json, bool all)
    {
        json.WriteStartArray();
        string? last = null;
        var (first, next) = (0, 0);
        foreach (var device in _devices)
        {
            for (var i = 0; i < device.Count; i++)
            {
                if (!all)
                {
                    if (next >= _changed.Count || _changed[next] != first + i) continue;
                    next++;
                }

                if (device.Reasons[i] is not { } reason) continue;
                json.WriteNumberValue(first + i);
                if (reason == last) json.WriteNullValue();
                else json.WriteStringValue(LogText.Sanitize(reason, MaxReason));
                last = reason;
            }

            first += device.Count;
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, int index, DeviceTags device, int i)
    {
        json.WriteNumberValue(index);
        RecordJson.WriteValue(json, device.Samples[i].Value);
        json.WriteNumberValue((int)device.Samples[i].Quality);
        var ticks = device.ChangedAt[i].Ticks;
        json.WriteNumberValue(ticks == 0 ? 0 : (ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond);
    }

    private static void WriteDefinition(Utf8JsonWriter json, Tag tag, TagModel? model, bool isWritable, bool isSingle)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, tag.Name);
        if (tag.Unit.Length > 0) json.WriteString("unit"u8, tag.Unit);
        if (tag.Description.Length > 0) json.WriteString("description"u8, tag.Description);
        if (isSingle) json.WriteBoolean("single"u8, true);
        WriteLimits(json, model?.Low, model?.High);
        if (isWritable && model?.Write is { } write)
        {
            json.WriteStartObject("write"u8);
            WriteLimits(json, write.Range is [var low, _] ? low : model.Low, write.Range is [_, var high] ? high : model.High);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteLimits(Utf8JsonWriter json, double? low, double? high)
    {
        if (low is { } least && double.IsFinite(least)) json.WriteNumber("low"u8, least);
        if (high is { } most && double.IsFinite(most)) json.WriteNumber("high"u8, most);
    }

    private static float Number(in Sample sample) =>
        sample.Quality == Quality.Good && (sample.Value.IsNumber || sample.Value.Kind == ValueKind.Bool)
            && (float)sample.Value.Number is var number && float.IsFinite(number) ? number : float.NaN;

    private bool FollowDevices()
    {
        var (i, isSame) = (0, true);
        foreach (var device in devices)
        {
            isSame &= i < _devices.Count && _devices[i].Device == device;
            i++;
        }

        if (isSame && i == _devices.Count) return false;
        List<DeviceTags> now = [.. devices.Select(d => _devices.Find(k => k.Device == d) ?? new DeviceTags(d))];
        _devices.Clear();
        _devices.AddRange(now);
        return true;
    }

    /// <summary>The tags of one device: the samples that were sent last, and those that have been copied since.</summary>
    private sealed class DeviceTags(DeviceSupervisor device)
    {
        private Sample[] _copied = [];
        private string?[] _copiedReasons = [];

        public DeviceSupervisor Device => device;

        public DeviceModel Model { get; private set; } = device.Model;

        public Sample[] Samples { get; private set; } = [];

        /// <summary>Why each sample is bad; null for a good one, or without a reason.</summary>
        public string?[] Reasons { get; private set; } = [];

        public DateTime[] ChangedAt { get; private set; } = [];

        /// <summary>True for each tag whose last value was a single, whose digits after the seventh mean nothing.</summary>
        public bool[] IsSingle { get; private set; } = [];

        public int Count { get; private set; }

        /// <summary>Copies the latest samples; true if their tags, or the settings of the device, are others than before.</summary>
        public bool Copy()
        {
            var model = device.Model;
            var count = device.Status.CopyLatest(ref _copied, ref _copiedReasons);
            var isOther = model != Model || count != Count;
            Model = model;
            for (var i = 0; i < count && !isOther; i++) isOther = !ReferenceEquals(_copied[i].Tag, Samples[i].Tag);
            if (!isOther) return false;
            var (samples, reasons, changedAt, isSingle) = (new Sample[count], new string?[count], new DateTime[count], new bool[count]);
            for (var i = 0; i < count; i++)
            {
                var isKept = i < Count && ReferenceEquals(_copied[i].Tag, Samples[i].Tag);
                (samples[i], changedAt[i]) = isKept ? (Samples[i], ChangedAt[i]) : (_copied[i], _copied[i].Time);
                reasons[i] = isKept ? Reasons[i] : _copiedReasons[i];
                isSingle[i] = isKept && IsSingle[i];
            }

            (Samples, Reasons, ChangedAt, IsSingle, Count) = (samples, reasons, changedAt, isSingle, count);
            return true;
        }

        /// <summary>Takes over a copied sample; true if its value, quality or reason differs from the one before.</summary>
        public bool Apply(int i)
        {
            ref readonly var copied = ref _copied[i];
            var isSameReason = _copiedReasons[i] == Reasons[i];
            Reasons[i] = _copiedReasons[i];
            if (copied.Quality == Samples[i].Quality && copied.Value == Samples[i].Value) return !isSameReason;
            Samples[i] = copied;
            ChangedAt[i] = copied.Time;
            return true;
        }

        /// <summary>Notes the type of the sample; true if it differs. A tag without a value keeps its type.</summary>
        public bool ApplyType(int i)
        {
            var kind = Samples[i].Value.Kind;
            if (kind == ValueKind.Null || kind == ValueKind.Float32 == IsSingle[i]) return false;
            IsSingle[i] = !IsSingle[i];
            return true;
        }
    }
}
