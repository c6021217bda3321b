namespace PlantRuntime.Host.Sites;

/// <summary>One <c>[devices.NAME]</c> as a model.</summary>
internal static class DeviceBuilder
{
    /// <summary>The device; null after problems.</summary>
    public static DeviceModel? Build(BindingScope scope, TomlEntry entry)
    {
        if (HostPart.TableOf(scope, entry, "devices") is not { } table) return null;
        var (host, settings) = HostPart.Split(scope, table, DeviceModel.HostKeys, "driver");
        var head = scope.Bind<DeviceHead>(host.With(host.Entries.Where(e => e.Key != "tags")));
        var tags = table.Find("tags") is { } tagsEntry ? TagBuilder.Build(scope, tagsEntry) : [];
        if (head is null) return null;
        return new DeviceModel
        {
            Name = entry.Key,
            At = entry.KeyAt,
            Driver = head.Driver,
            DriverAt = table.Find("driver")!.Value.At,
            Poll = head.Poll,
            Timeout = head.Timeout,
            Reconnect = head.Reconnect,
            Blocks = head.Blocks,
            WritableAt = head.Writable ? table.Find("writable")!.Value.At : null,
            Tags = tags,
            Settings = settings,
            Scalars = Scalars(settings),
        };
    }

    private static Dictionary<string, object> Scalars(TomlTable settings)
    {
        var scalars = new Dictionary<string, object>();
        foreach (var (key, _, value) in settings.Entries)
        {
            object? scalar = value switch
            {
                TomlString text => text.Text,
                TomlInteger integer => integer.Value,
                TomlFloat number => number.Value,
                TomlBoolean boolean => boolean.Value,
                _ => null,
            };
            if (scalar is not null) scalars.Add(key, scalar);
        }

        return scalars;
    }
}
