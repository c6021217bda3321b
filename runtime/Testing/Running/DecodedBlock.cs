using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Testing.Running;

/// <summary>
/// Runs one <c>Decode</c> of a recipe: reads the simulated block and pushes the scan into the recipe. <see cref="Simulation"/> calls it at
/// each interval, on the test's thread.
/// </summary>
internal sealed class DecodedBlock(BlockDecoding decoding, SimulatedDevice device, RunningRecipe recipe, VirtualTime time)
{
    private readonly Sample[] _samples = new Sample[decoding.Tags.Count];
    private readonly SimulatedBlock _block = device.Block(decoding.Address);
    private long _number;

    public TimeSpan Every => decoding.Every;

    public void Read()
    {
        for (var i = 0; i < _samples.Length; i++)
        {
            _samples[i] = new Sample
            {
                Tag = decoding.Source.Schema.Tags[i],
                Value = device.Failure is null ? decoding.Tags[i].ValueIn(_block.Image(decoding.Bytes)) : Value.Null,
                Quality = device.Failure is null ? Quality.Good : Quality.BadComm,
                Time = time.UtcNow,
            };
        }

        recipe.Push(decoding.Source, new SimulatedScanInfo(++_number, time.UtcNow, time.GetTimestamp(), device.Failure), _samples);
    }
}
