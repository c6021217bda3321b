using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.Supervision;

public class PluginFaultTests
{
    [Fact]
    public void Failures_of_the_far_end_have_their_message_and_errors_in_code_their_type()
    {
        Assert.Equal("gone", PluginFault.Describe(new NotConnectedException("gone")));
        Assert.Equal("KeyNotFoundException: oh", PluginFault.Describe(new KeyNotFoundException("oh")));
        Assert.False(PluginFault.IsBug(new IOException("no route")));
    }

    [Fact]
    public void A_message_that_throws_is_an_error_in_code_and_never_throws_here()
    {
        Assert.True(PluginFault.IsBug(new Unreadable()));
        Assert.Equal("Unreadable: its message cannot be read (DivideByZeroException)", PluginFault.Describe(new Unreadable()));
        Assert.Equal("Unreadable", PluginFault.Identify(new Unreadable()));
    }

    [Fact]
    public void A_description_has_a_largest_length()
    {
        var longest = new string('x', LogText.MaxLength);
        Assert.Equal(longest, PluginFault.Describe(new IOException(longest)));
        Assert.Equal(longest + "… (5000000 characters)", PluginFault.Describe(new IOException(new string('x', 5_000_000))));
    }

    [Fact]
    public void A_surrogate_pair_is_not_cut_in_half()
    {
        var text = new string('x', LogText.MaxLength - 1) + "😀 and more";
        Assert.Equal(new string('x', LogText.MaxLength - 1) + $"… ({text.Length} characters)", PluginFault.Describe(new IOException(text)));
    }

    private sealed class Unreadable : Exception
    {
        public override string Message => throw new DivideByZeroException();
    }
}
