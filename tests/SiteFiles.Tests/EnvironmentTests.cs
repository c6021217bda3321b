using PlantRuntime.Sites;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Text;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>Values of every type from the environment, with defaults, in the host's sections and in the tables of plugins.</summary>
public sealed class EnvironmentTests
{
    private const string Site = """
        [site]
        name = "${PLC_ID:-db1}"
        plant_id = "${PLANT:-7}"
        tenant = "${TENANT:-}"
        [log]
        level = "${LOG_LEVEL:-warn}"
        max_size = "${LOG_SIZE:-1MB}"
        keep = "${LOG_KEEP:-3}"
        [devices.press]
        driver = "${DRIVER:-s7}"
        poll = "${POLL:-250ms}"
        reconnect = { after_failures = "${FAILURES:-4}" }
        tags = { t = { address = "DB${DB:-1}.DBD2", scale = "${SCALE:-0.1}", range = ["${LOW:--5}", "${HIGH:-1e2}"] } }
        """;

    [Fact]
    public void Keys_of_the_host_have_the_type_that_they_need()
    {
        using var site = new TempSite().With("site.toml", Site);
        var (model, problems) = site.Load();
        Assert.Empty(problems);
        Assert.Equal(("db1", 7, "", 1L << 20, 3), (model!.Name, model.PlantId, model.Tenant, model.Log.MaxSize.Bytes, model.Log.FilesKept));
        var press = model.Devices[0];
        Assert.Equal(("s7", TimeSpan.FromMilliseconds(250), 4), (press.Driver, press.Poll, press.Reconnect.AfterFailures));
        var tag = press.Tags[0];
        Assert.Equal(("DB1.DBD2", 0.1, -5, 100), (tag.Address, tag.Scale, tag.Low, tag.High));

        (string, string)[] set = [("PLANT", "9"), ("POLL", "2s\r"), ("LOG_SIZE", "2MB"), ("DB", "500"), ("SCALE", "2"), ("LOG_KEEP", ""),
            ("LOG_LEVEL", "INFO\r")];
        (model, problems) = site.Load(set);
        Assert.Empty(problems);
        press = model!.Devices[0];
        Assert.Equal("Info", $"{model.Log.Level}");
        Assert.Equal((9, TimeSpan.FromSeconds(2), 2L << 20, 3), (model.PlantId, press.Poll, model.Log.MaxSize.Bytes, model.Log.FilesKept));
        Assert.Equal(("DB500.DBD2", 2), (press.Tags[0].Address, press.Tags[0].Scale));
    }

    [Fact]
    public void Values_of_a_wrong_type_are_problems_at_the_place_of_the_variable()
    {
        using var site = new TempSite().With("site.toml", Site);
        var (_, problems) = site.Load(("PLANT", "x"), ("POLL", "soon"), ("FAILURES", "1.5"), ("SCALE", "0,1"), ("LOG_LEVEL", "inof"));
        Assert.Equal(
            """
            site.toml:3:12: error: plant_id: expected an integer from 0 to 2147483647, found "x", with environment variables or their defaults
            site.toml:6:9: error: level: expected one of "debug", "info", "warn", "error", found "inof": did you mean "info"?
            site.toml:11:8: error: poll: expected a duration such as "250ms", "1s", "5min", "1h" or "7d", found "soon"
            """.ReplaceLineEndings("\n"),
            string.Join('\n', problems.Where(p => p.At.Line < 12)));
        Assert.Equal([(12, 32), (13, 53)], problems.Where(p => p.At.Line >= 12).Select(p => (p.At.Line, p.At.Column)));
    }

    [Theory]
    [InlineData("port = '${A:-1}'", "port = 1")]
    [InlineData("port = '${B}${C}'", "port = 23")]
    [InlineData("unit_id = '${B}'", "unit_id = 2")]
    [InlineData("gap = '${A:--3}'", "gap = -3")]
    [InlineData("ratio = '${A:-1}'", "ratio = 1.0")]
    [InlineData("ratio = '0.${B}'", "ratio = 0.2")]
    [InlineData("keep_alive = '${A:-true}'", "keep_alive = true")]
    [InlineData("keep_alive = '${YES}'", "keep_alive = true")]
    [InlineData("keep_alive = '${A:-0}'", "keep_alive = false")]
    [InlineData("pause = '${B}s'", "pause = '2s'")]
    [InlineData("max_size = '${A:-2MB}'", "max_size = '2MB'")]
    [InlineData("word_order = '${A:-little_endian_swapped}'", "word_order = 'little_endian_swapped'")]
    [InlineData("units = [1, '${B}']", "units = [1, 2]")]
    [InlineData("names = ['${B}', '${A:-x}']", "names = ['2', 'x']")]
    public void Options_of_plugins_are_as_if_the_value_stood_in_the_file(string withVariables, string plain)
    {
        var (expected, none) = Bind(plain);
        Assert.Empty(none);
        var (options, problems) = Bind(withVariables);
        Assert.Empty(problems);
        var properties = typeof(SampleOptions).GetProperties();
        foreach (var property in properties) Assert.Equal(property.GetValue(expected), property.GetValue(options));
    }

    [Theory]
    [InlineData("port = '${NONE}'", "1:9: error: the environment variable NONE is not set")]
    [InlineData("port = '${A:-70000}'", "1:8: error: port: expected an integer from 1 to 65535, found 70000")]
    [InlineData("port = '${A:-}'", "1:8: error: port: expected an integer from 1 to 65535, found \"\"")]
    [InlineData("port = '${A:-1.0}'", "1:8: error: port: expected an integer from 1 to 65535, found a float")]
    [InlineData("port = '$$1'", "1:8: error: port: expected an integer from 1 to 65535, found a string")]
    [InlineData("ratio = '${A:-nan}'", "1:9: error: ratio: expected a number from 0 to 1, found \"nan\"")]
    [InlineData("keep_alive = '${A:-ja}'", "1:14: error: keep_alive: expected true or false, found \"ja\"")]
    [InlineData("password = '${YES}'", "1:12: error: password: a secret never stands in the file")]
    public void A_value_that_does_not_fit_is_a_problem(string text, string expected) =>
        Assert.Contains(expected, string.Join('\n', Bind(text).Problems), StringComparison.Ordinal);

    private static (SampleOptions? Options, IReadOnlyList<Problem> Problems) Bind(string text)
    {
        var problems = new ProblemList();
        var table = TomlReader.Read(System.Text.Encoding.UTF8.GetBytes(text + "\nhost = '10.0.0.1'"), "site.toml", problems);
        table = EnvironmentExpansion.Apply(table, Environment, problems);
        var (options, more) = new OptionsBinder("/", Environment).Bind(typeof(SampleOptions), table);
        return ((SampleOptions?)options, [.. problems.Items, .. more]);
    }

    private static string? Environment(string name) => name switch { "B" => "2", "C" => "3 ", "YES" => "Yes\r", _ => null };
}
