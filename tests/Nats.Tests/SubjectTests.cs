using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Session;
using PlantRuntime.Plugins.Nats.Subjects;

namespace PlantRuntime.Nats.Tests;

/// <summary>Checks subjects, templates and addresses without a server.</summary>
public class SubjectTests
{
    [Theory]
    [InlineData("plant.{site}.{device}", null)]
    [InlineData("plant.{device}.x{tag}y", null)]
    [InlineData("", "is empty")]
    [InlineData("plant..{device}", "has an empty part at column 7")]
    [InlineData(".plant", "has an empty part at column 1")]
    [InlineData("plant.", "has an empty part at column 7")]
    [InlineData("plant {device}", "has a blank at column 6")]
    [InlineData("plant.*", "has the wildcard '*' at column 7")]
    [InlineData("plant.>", "has the wildcard '>' at column 7")]
    [InlineData("plant.{dev}", "has the unknown name {dev} at column 7")]
    [InlineData("plant.{device", "has an unmatched brace at column 7")]
    [InlineData("$JS.API.{device}", "begins with '$'")]
    public void A_template_is_checked(string template, string? problem)
    {
        var found = SubjectTemplate.Validate(template);
        if (problem is null) Assert.Null(found);
        else Assert.StartsWith(problem, found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("press 1", "press_1")]
    [InlineData("a.b*c>d", "a_b_c_d")]
    [InlineData("\r\nPUB x 0\t\0", "__PUB_x_0__")]
    [InlineData("°C 温度 🏭", "°C_温度_🏭")]
    [InlineData("\uFFFD", "_")]
    public void A_name_becomes_one_token(string name, string token)
    {
        Assert.Equal(token, SubjectName.ToToken(name));
        Assert.Null(SubjectName.Validate($"plant.{token}"));
    }

    [Theory]
    [InlineData("plant.>", "plant.*.*", true)]
    [InlineData(">", "plant.*", true)]
    [InlineData("plant.*.*", "plant.*.*", true)]
    [InlineData("plant.*.*", "plant.hall.press", true)]
    [InlineData("plant.hall.*", "plant.*.*", false)]
    [InlineData("plant.*", "plant.*.*", false)]
    [InlineData("plant.>", "plant", false)]
    [InlineData("plant.*.*", "plant.>", false)]
    public void A_filter_covers_a_pattern(string filter, string pattern, bool covers) =>
        Assert.Equal(covers, SubjectName.Covers(filter, pattern));

    [Theory]
    [InlineData("nats", "nats://nats:4222")]
    [InlineData("10.0.0.1:4333", "nats://10.0.0.1:4333")]
    [InlineData("[::1]:4333", "nats://[::1]:4333")]
    [InlineData("tls://nats", "tls://nats:4222")]
    public void An_address_is_parsed(string text, string url) => Assert.Equal(url, ServerAddress.Parse(text, out _)?.Url);

    [Theory]
    [InlineData("nats://user:secret@nats:4222")]
    [InlineData("ws://nats:8080")]
    [InlineData("nats://nats:4222/x")]
    [InlineData("na ts")]
    [InlineData("")]
    public void A_wrong_address_is_refused_without_its_secrets(string text)
    {
        Assert.Null(ServerAddress.Parse(text, out var problem));
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_of_the_options_are_reported_together()
    {
        var options = new NatsSinkOptions
        {
            Servers = ["nats://a:b@c"], Subject = "a b", Nkey = new Secret("SU"), Creds = "x", Timeout = TimeSpan.FromHours(1),
        };
        Assert.Equal(["servers", "creds", "timeout", "subject", "stream"], options.Validate().Select(p => p.Key));
    }
}
