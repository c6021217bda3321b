using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Plan;

namespace PlantRuntime.S7.Tests.Testing;

/// <summary>Plans and buffers without a connection.</summary>
internal static class PlanFactory
{
    public static S7ReadPlan Plan(int pduSize, params string[] addresses) =>
        new(addresses.Select(address => S7AddressParser.Parse(new TagDefinition("t", address), out _)!.Value), pduSize);

    public static ScanBuffer Buffer(int tags) => new([.. Enumerable.Range(0, tags).Select(n => new Tag(n, $"t{n}", "device"))]);
}
