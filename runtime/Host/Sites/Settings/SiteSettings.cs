using System.Text.RegularExpressions;
using PlantRuntime.Host.Delivery;

namespace PlantRuntime.Host.Sites;

/// <summary>
/// Models as keys and values: two mean the same exactly when these are equal. Where something stands in its file, the order of a plugin's
/// keys and the spelling of a value ("1s", "1000ms") make no difference; the order of tags does, for values are delivered in it.
/// </summary>
internal static partial class SiteSettings
{
    private const string TagOrder = "the order of its tags";

    /// <summary>What is neither a device nor a sink, by section: <c>limits.recipe_time</c>.</summary>
    public static IReadOnlyList<Setting> Of(SiteModel site)
    {
        var list = new SettingList();
        list.Add("site.name", site.Name);
        list.Add("site.plant_id", site.PlantId);
        list.Add("site.tenant", site.Tenant);
        list.AddOptions("log", site.Log);
        list.AddOptions("limits", site.Limits);
        return list.Items;
    }

    /// <summary>All that <c>[devices.NAME]</c> says, its tags included.</summary>
    public static IReadOnlyList<Setting> Of(DeviceModel device)
    {
        var list = new SettingList();
        list.Add("driver", device.Driver);
        list.Add("poll", device.Poll);
        list.Add("timeout", device.Timeout);
        list.AddOptions("reconnect", device.Reconnect);
        list.Add("blocks", device.Blocks);
        list.Add("writable", device.WritableAt is not null);
        list.AddTable("", device.Settings);
        foreach (var tag in device.Tags) list.AddTag(tag);
        return list.Items;
    }

    /// <summary>All that is said of a tag.</summary>
    public static IReadOnlyList<Setting> Of(TagModel tag)
    {
        var list = new SettingList();
        list.AddTag(tag);
        return list.Items;
    }

    /// <summary>All that <c>[sinks.NAME]</c> says.</summary>
    public static IReadOnlyList<Setting> Of(SinkModel sink)
    {
        var list = new SettingList();
        list.Add("sink", sink.Sink);
        list.Add("delivery", sink.Delivery);
        if (sink.Delivery == DeliveryKind.Queued) list.AddOptions("queue", sink.Queue);
        list.AddTable("", sink.Settings);
        return list.Items;
    }

    /// <summary>The keys that differ, as one would say it: "host", "tags.speed added"; empty when both mean the same.</summary>
    public static IReadOnlyList<string> Difference(IReadOnlyList<Setting> old, IReadOnlyList<Setting> now)
    {
        var before = old.ToDictionary(s => s.Key, s => s.Value);
        var after = now.ToDictionary(s => s.Key, s => s.Value);
        string[] keys =
        [
            .. now.Where(s => before.TryGetValue(s.Key, out var value) && value != s.Value).Select(s => s.Key),
            .. OnlyIn(now, before).Select(key => $"{key} added"),
            .. OnlyIn(old, after).Select(key => $"{key} removed"),
        ];
        return keys.Length == 0 && !old.SequenceEqual(now) ? [TagOrder] : keys;
    }

    /// <summary>Whether a word of <see cref="Difference"/> says that scans hold other tags, and not only where they come from.</summary>
    public static bool IsOfTags(string difference) => difference == TagOrder || TagHead().IsMatch(difference);

    /// <summary>A tag that came or went, or what scans say of it besides its value; its name is in quotes when it is no plain word.</summary>
    [GeneratedRegex("""^tags\.(".*"|[\w-]+)( (added|removed)|\.(unit|description)( (added|removed))?)$""")]
    private static partial Regex TagHead();

    /// <summary>A table that the other side has not at all is told once, not key by key.</summary>
    private static IEnumerable<string> OnlyIn(IReadOnlyList<Setting> settings, Dictionary<string, string> others)
    {
        var keys = settings.Select(s => s.Key).Where(key => !others.ContainsKey(key)).ToHashSet();
        return keys.Where(key => key.LastIndexOf('.') is var dot && (dot < 0 || !keys.Contains(key[..dot])));
    }
}
