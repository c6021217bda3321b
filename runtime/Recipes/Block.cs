using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>
/// A block of raw bytes of one device: a data block, a range of registers. Created by <see cref="Device.Block"/>. Immutable; declares
/// operators while the recipe's top level runs, and performs no I/O.
/// </summary>
public sealed class Block
{
    private static readonly TimeSpan s_minInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_minAge = TimeSpan.FromMilliseconds(50);
    private readonly PlanBuilder _plan;
    private readonly string _device;
    private readonly string _address;
    private readonly int? _bytes;

    internal Block(PlanBuilder plan, string device, string address, int? bytes) =>
        (_plan, _device, _address, _bytes) = (plan, device, address, bytes);

    /// <summary>
    /// Copies the block to another device at a fixed interval. Each copy is complete and recent, or it is not made: nothing is written
    /// while the source cannot be read or the bytes are older than <paramref name="maxAge"/>. After a partial failure the next image is
    /// written completely. The target device must have <c>blocks = "write"</c> in site.toml.
    /// </summary>
    /// <param name="target">Target block with the length of this block, or without a length.</param>
    /// <param name="every">Interval of the copies, at least 1 ms.</param>
    /// <param name="changedOnly">
    /// True to write only the bytes that differ from the last written ones. All bytes are still written after a failure, after a new
    /// connection and every 10 s, because the target can lose them.
    /// </param>
    /// <param name="watchdog">
    /// Index of a status byte of the target, beyond the copied bytes. It counts 1, 2, … 255, 1 with every good reading of the source, after
    /// the bytes are written; it is 0 while the source cannot be read and does not change while the target receives nothing.
    /// </param>
    /// <param name="maxAge">
    /// Largest age of an image when it is written; by default <paramref name="every"/>, but at least 50 ms.
    /// </param>
    public void MirrorTo(Block target, TimeSpan every, bool changedOnly = false, int? watchdog = null, TimeSpan? maxAge = null)
    {
        if (_bytes is not { } bytes)
        {
            _plan.Report($"a mirror needs the length of the block, for instance Block(\"{_address}\", bytes: 14)", _address);
            return;
        }

        var age = maxAge ?? (every > s_minAge ? every : s_minAge);
        if (target._bytes is { } other && other != bytes)
            Report(target._address,
                $"a mirror copies all bytes: {_device} {_address} has {bytes}, {target._device} {target._address} has {other}");
        if (target._device == _device) Report(target._address, $"a mirror goes from one device to another, not from {_device} to itself");
        if (every < s_minInterval)
            Report(null, $"a mirror copies at most every millisecond, for instance every 100.Milliseconds, not every {every}");
        if (age < s_minInterval) Report(null, $"maxAge is at least a millisecond, not {age}");
        if (watchdog < bytes) Report(null, $"the watchdog is outside the bytes that are copied, at {bytes} or beyond, not at {watchdog}");
        var mirror = new Mirror(_device, _address, target._device, target._address, bytes, every, age, changedOnly, watchdog);
        _plan.CheckBlock(mirror.Source, mirror.SourceAddress, bytes, isWritten: false);
        _plan.CheckBlock(mirror.Target, mirror.TargetAddress, mirror.TargetBytes, isWritten: true);
        _plan.AddMirror(mirror);
    }

    /// <summary>
    /// Reads the block at a fixed interval and splits it into tags. All values of a scan belong to the same image. If the block cannot be
    /// read, the scan fails like the scan of a device.
    /// </summary>
    /// <param name="every">Interval of the readings, at least 1 ms.</param>
    /// <param name="tags">Name, first byte and type of each tag: <c>new("AI_Corrente", 2, DataType.Real)</c>.</param>
    public ScanFlow Decode(TimeSpan every, params BlockTag[] tags)
    {
        if (_bytes is { } bytes) _plan.CheckBlock(_device, _address, bytes, isWritten: false);
        else Report(_address, $"Decode needs the length of the block, for instance Block(\"{_address}\", bytes: 14)");
        if (every < s_minInterval)
            Report(null, $"a block is read at most every millisecond, for instance every 1.Seconds, not every {every}");
        Check(tags, "Decode");

        var schema = new ScanSchema(_device, [.. tags.Select((t, i) => new Tag(i, t.Name, _device, t.Unit))]);
        return _plan.AddDecoding(new BlockDecoding(new SourceNode(schema), _address, _bytes ?? 0, every, tags));
    }

    /// <summary>Creates the plan's entry for an <c>EncodeTo</c> and reports its errors.</summary>
    internal BlockEncoding Image(BlockTag[] tags)
    {
        if (_bytes is { } bytes) _plan.CheckBlock(_device, _address, bytes, isWritten: true);
        else Report(_address, $"EncodeTo needs the length of the block, for instance Block(\"{_address}\", bytes: 14)");
        Check(tags, "EncodeTo");
        var owners = new BlockTag[(_bytes ?? 0) * 8];
        foreach (var tag in tags.Where(IsInside))
        {
            var (first, count) = tag.Type == DataType.Bool ? ((tag.At * 8) + tag.Bit, 1) : (tag.At * 8, tag.Bytes * 8);
            var other = owners.AsSpan(first, count).ToArray().FirstOrDefault(o => o is not null);
            if (other is not null) Report(tag.Name, $"{tag.Name} overlaps {other.Name}: one of the two would be lost");
            owners.AsSpan(first, count).Fill(tag);
        }

        return new BlockEncoding(_device, _address, _bytes ?? 0, tags);
    }

    private void Check(BlockTag[] tags, string verb)
    {
        if (tags.Length == 0) Report(null, $"{verb} needs a tag, for instance new(\"AI_Corrente\", 2, DataType.Real)");
        foreach (var name in tags.GroupBy(t => t.Name).Where(g => g.Count() > 1).Select(g => g.Key))
            Report(name, $"two tags of this block are called \"{name}\"");
        foreach (var tag in tags) Check(tag);
    }

    private bool IsInside(BlockTag tag) => tag.At >= 0 && tag.Bytes <= (_bytes ?? 0) - tag.At && tag.Bit is >= 0 and <= 7;

    private void Check(BlockTag tag)
    {
        if (tag.At < 0 || tag.Bytes > (_bytes ?? int.MaxValue) - tag.At)
            Report(tag.Name, $"{tag.Name}: {tag.Type} at {tag.At} is not within the block's {_bytes} bytes");
        if (tag.Bit is < 0 or > 7 || (tag.Bit != 0 && tag.Type != DataType.Bool))
            Report(tag.Name, $"{tag.Name}: a Bool is bit 0 to 7 of its byte, and no other type has a bit");
    }

    private void Report(string? word, FormattableString problem) => _plan.Report(problem.ToString(CultureInfo.InvariantCulture), word);
}
