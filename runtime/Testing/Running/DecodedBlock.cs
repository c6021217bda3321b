using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Testing.Running;

/// <summary>One <c>Decode</c> of a recipe: reads the simulated block and hands what it decodes to that recipe.</summary>
internal sealed class DecodedBlock(Decoding decoding, SimulatedDevice device, RunningRecipe recipe, VirtualTime time)
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

        recipe.Push(decoding.Source, new ScanMoment(++_number, time.UtcNow, time.GetTimestamp(), device.Failure), _samples);
    }
}
