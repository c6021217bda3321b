using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Engine.Leases;
using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Logging;
using PlantRuntime.Queue;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Engine.RecipeHost;

/// <summary>
/// Connects recipes to the devices and sinks of the site that they send to. The lists are SnapshotLists, whose content a reload of
/// site.toml replaces. Owned by SiteRuntime; each RecipeSlot calls Connect under its gate.
/// </summary>
internal sealed record OutputTargets(
    IReadOnlyList<DeviceSupervisor> Devices, IReadOnlyList<SinkSupervisor> Sinks, MirrorRegistry Mirrors, WriteService Writes,
    QuestionRegistry Questions)
{
    /// <summary>The site's queue; null until a sink has one. Set by the host's poll loop.</summary>
    public DiskQueue? Queue { get; set; }

    /// <summary>The terms of the lease; null if the site has none.</summary>
    public LeaseTerms? Lease { get; init; }

    /// <summary>Connects the routes, writes and blocks of a version to the sinks and devices as they are now.</summary>
    public void Connect(string recipe, LoadedRecipe loaded, string siteFolder, TimeProvider time, PlantLog log)
    {
        var outputs = new GuardedOutputs(loaded.Guard);
        foreach (var route in loaded.Plan.Routes)
        {
            var sinks = Sinks.Where(s => route.Sinks.Contains(s.Name));
            route.Output = outputs.Wrap(new RouteOutput(recipe, route.Question, [.. sinks], Queue, Lease));
        }

        foreach (var write in loaded.Plan.Writes) write.Output = outputs.Wrap(new RecipeWrite(Writes, write, siteFolder));
        foreach (var image in loaded.Plan.Images)
            image.Output = outputs.Wrap(new BlockOutput(image, Devices.First(d => d.Name == image.Device), time, log));
    }

    /// <summary>
    /// Requests the writes of one <c>Write</c> in a recipe. The audit log names the statement's position. Called on the recipe's thread;
    /// does not wait for the outcome.
    /// </summary>
    private sealed class RecipeWrite(WriteService writes, TagWriteTarget target, string siteFolder) : IWriteOutput
    {
        private readonly string _position = RecipePosition
            .Of(target.Statement.File, target.Statement.Line, target.Statement.Column, siteFolder, target.Tag).ToString();

        private WriteAttempt? _last;

        public bool HasFailed => _last?.Result is { IsCompletedSuccessfully: true } ended
            && ended.Result.Outcome is WriteOutcome.Refused or WriteOutcome.TooOld or WriteOutcome.Unknown;

        public void Write(Value value, long timestamp) => _last = Request(value, timestamp, null);

        public void Refuse(Value value, long timestamp, string reason) => Request(value, timestamp, reason);

        private WriteAttempt Request(Value value, long timestamp, string? refusal) =>
            writes.Request(new TagWriteRequest(target.Device, target.Tag, value, timestamp, _position, refusal));
    }
}
