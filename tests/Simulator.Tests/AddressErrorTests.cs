using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

public sealed class AddressErrorTests
{
    private const string Shapes = "; expected one of sine, ramp, walk, counter, toggle, text, const";

    [Theory]
    [InlineData("", null, "1: a shape is missing" + Shapes)]
    [InlineData("  sin max=1", null, "3: unknown shape 'sin' (did you mean 'sine'?)" + Shapes)]
    [InlineData("xyzzy", null, "1: unknown shape 'xyzzy'" + Shapes)]
    [InlineData("const=42", null, "6: a space was expected behind const, not '='")]
    [InlineData("const", null, "1: const needs its value: const 42")]
    [InlineData("const 70000", "INT", "7: '70000' is no INT: a whole number from -32768 to 32767")]
    [InlineData("const hot", "REAL", "7: 'hot' is no REAL: a number from -3.4028234663852886E+38 to 3.4028234663852886E+38")]
    [InlineData("const 2", "BOOL", "7: '2' is no BOOL: true, false, 1 or 0")]
    [InlineData("sine perod=3s", null, "6: sine has no 'perod' (did you mean 'period'?); it takes max, min, noise, period")]
    [InlineData("sine min = 3", null,
        "6: min needs a value: min=…", "10: sine has no ''; it takes max, min, noise, period",
        "12: sine has no '3'; it takes max, min, noise, period")]
    [InlineData("sine min=1 max=hot period=2sec", null,
        "16: 'hot' is no max: a number of type LREAL from -1E+300 to 1E+300",
        "27: '2sec' is no period: a duration such as 250ms, 10s, 5min, 1h or 7d")]
    [InlineData("sine min=9 max=3", null, "16: max 3 is less than min 9")]
    [InlineData("ramp max=300", "SINT", "10: '300' is no max: a number of type SINT from -128 to 127")]
    [InlineData("ramp noise=-1", null, "12: '-1' is no noise: a number from 0 to 1E+300")]
    [InlineData("ramp min=NaN max=1e999", null,
        "10: 'NaN' is no min: a number of type LREAL from -1E+300 to 1E+300",
        "18: '1e999' is no max: a number of type LREAL from -1E+300 to 1E+300")]
    [InlineData("walk max=3 step=4", null, "17: a step of 4 is more than max - min")]
    [InlineData("counter step=1.5 wrap=0", null,
        "14: '1.5' is no step: a whole number from -1000000000 to 1000000000",
        "23: '0' is no wrap: a whole number from 1 to 4294967296")]
    [InlineData("counter every=0s every=1s", null,
        "15: '0s' is no every: a duration such as 250ms, 10s, 5min, 1h or 7d",
        "18: every is given twice")]
    [InlineData("toggle duty=1.01", null, "13: '1.01' is no duty: a number from 0 to 1")]
    [InlineData("toggle", "TEXT", "0: toggle gives TRUE and FALSE or 1 and 0, not TEXT")]
    [InlineData("sine", "BOOL", "0: sine gives numbers, not BOOL")]
    [InlineData("text values=a", "INT", "0: text gives text, not INT")]
    [InlineData("text", null, "1: text needs its texts: values=idle|run|fault")]
    [InlineData("text values=a||b", null, "13: text needs its texts: values=idle|run|fault")]
    [InlineData("counter", "REEL", "0: unknown type 'REEL' (did you mean 'REAL'?)")]
    [InlineData("cuonter", "REEL",
        "0: unknown type 'REEL' (did you mean 'REAL'?)",
        "1: unknown shape 'cuonter' (did you mean 'counter'?)" + Shapes)]
    public void Errors_say_where_what_and_what_instead(string address, string? type, params string[] expected)
    {
        var problems = new List<AddressProblem>();
        Assert.Null(SimulatorAddress.Parse(new TagDefinition("tag", address, type), seed: 1, problems));
        Assert.Equal(expected, problems.Select(p => $"{p.Column}: {p.Message}"));
    }
}
