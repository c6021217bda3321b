using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Topics;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>Tests the parsing of topic filters and addresses.</summary>
public class AddressTests
{
    [Theory]
    [InlineData("", 1, "expected a topic")]
    [InlineData("$share/g", 8, "expected $share/group/topic")]
    [InlineData("$share//t", 8, "expected $share/group/topic")]
    [InlineData("$share/g/", 10, "expected a topic")]
    [InlineData("$share/a+/t", 9, "the name of a group must not contain wildcards")]
    [InlineData("plc/press+/x", 10, "'+' matches whole levels")]
    [InlineData("plc/#/x", 5, "'#' matches all following levels")]
    [InlineData("plc/\u0001", 1, "the topic contains a control character")]
    [InlineData("plc/a: values.x", 6, "the colon before a path needs a blank on both sides")]
    [InlineData("plc/a :values.x", 7, "the colon before a path needs a blank on both sides")]
    [InlineData("plc/a :", 7, "the colon before a path needs a blank on both sides")]
    [InlineData("plc/a : ", 9, "expected the path of a value")]
    [InlineData("plc/a : values..x", 16, "expected a name here")]
    [InlineData("plc/a : values.", 16, "expected a name here")]
    [InlineData("plc/a : values[x]", 16, "expected an index from 0, * or a name in quotes")]
    [InlineData("plc/a : values[1", 15, "'[' without a ']'")]
    [InlineData("plc/a : values]", 15, "']' without a '['")]
    [InlineData("plc/a : ['x'", 10, "a name that begins with ' must end with ']")]
    [InlineData("plc/a : [0]x", 12, "expected '.' or '[' here")]
    public void An_invalid_address_is_reported_with_its_column(string address, int column, string message)
    {
        Assert.Null(MqttAddress.Parse(new TagDefinition("t", address), out var problem));
        Assert.Equal(column, problem!.Column);
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plc/a", "REAL", "type 'REAL' is unknown")]
    [InlineData("plc/a : x", "text", "type text reads the whole payload")]
    public void An_invalid_type_is_reported(string address, string type, string message)
    {
        Assert.Null(MqttAddress.Parse(new TagDefinition("t", address, type), out var problem));
        Assert.Equal(0, problem!.Column);
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    // MQTT 5.0, section 4.7.1 and 4.7.2: the examples of the specification, and shared subscriptions (4.8.2).
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1 sport/tennis/player1/score/wimbledon", "sport/tennis")]
    [InlineData("sport/#", "sport sport/", "sports a/sport")]
    [InlineData("#", "a a/b /", "$SYS/uptime")]
    [InlineData("sport/tennis/+", "sport/tennis/player1 sport/tennis/", "sport/tennis/player1/ranking sport/tennis")]
    [InlineData("sport/+", "sport/", "sport")]
    [InlineData("+/+", "/finance", "finance")]
    [InlineData("/+", "/finance /", "finance")]
    [InlineData("+/monitor/Clients", "a/monitor/Clients", "$SYS/monitor/Clients")]
    [InlineData("$SYS/#", "$SYS/monitor/Clients", "SYS/x")]
    [InlineData("$share/g/plc/+", "plc/a", "plc/a/b $share/g/plc/a")]
    [InlineData("ble/AA:BB", "ble/AA:BB", "ble/AA")]
    public void Filters_match_as_specified(string filter, string matching, string others)
    {
        Assert.Null(TopicFilter.Validate(filter));
        Assert.All(matching.Split(' '), topic => Assert.True(TopicFilter.Matches(filter, topic), topic));
        Assert.All(others.Split(' '), topic => Assert.False(TopicFilter.Matches(filter, topic), topic));
    }
}
