namespace PlantRuntime.Host.Sites;

/// <summary>One <c>[sinks.NAME]</c> as a model.</summary>
internal static class SinkBuilder
{
    /// <summary>The sink; null after problems.</summary>
    public static SinkModel? Build(BindingScope scope, TomlEntry entry)
    {
        if (HostPart.TableOf(scope, entry, "sinks") is not { } table) return null;
        var (host, settings) = HostPart.Split(scope, table, SinkModel.HostKeys, "sink");
        if (scope.Bind<SinkHead>(host) is not { } head) return null;
        return new SinkModel
        {
            Name = entry.Key,
            At = entry.KeyAt,
            Sink = head.Sink,
            SinkAt = table.Find("sink")!.Value.At,
            Delivery = head.Delivery,
            Queue = head.Queue ?? new(),
            Settings = settings,
        };
    }
}
