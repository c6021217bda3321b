using System.Text;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.SiteFiles.Tests;

public sealed class OptionsBinderTests
{
    [Theory]
    [InlineData("10.0.0.1:1502", "1:8 host: the port has a key of its own: write host = \"10.0.0.1\" and port = 1502")]
    [InlineData("plc-7:502", "1:8 host: the port has a key of its own: write host = \"plc-7\" and port = 502")]
    [InlineData("fe80::1", null)]
    [InlineData("::1", null)]
    [InlineData("wss://broker:443/mqtt", null)]
    [InlineData("mqtt://broker:1883", null)]
    public void A_port_in_host_is_reported(string host, string? problem)
    {
        var (_, problems) = Bind($"host = \"{host}\"");
        Assert.Equal(problem is null ? [] : [problem], problems.Select(p => $"{p.At.Line}:{p.At.Column} {p.Message}"));
    }

    [Fact]
    public void Every_type_is_bound_and_what_is_not_given_keeps_its_default()
    {
        using var site = new TempSite().With("secret", "hunter2\r\n");
        var (options, problems) = Bind("""
            host = "10.0.0.1"
            unit_id = 255
            keep_alive = true
            ratio = 1
            pause = "250ms"
            max_size = "2MB"
            password = { file = "secret" }
            word_order = "little_endian_swapped"
            units = [1, 2]
            names = ["a"]
            stores = [{ ca = "x" }, { ca = "y" }]
            orders = { a = "big_endian" }
            gap = 4
            tls.ca = "ca.crt"
            """, site.Folder);
        Assert.Empty(problems);
        Assert.NotNull(options);
        Assert.Equal(("10.0.0.1", 502, (byte)255, true, 1.0),
            (options.Host, options.Port, options.UnitId, options.KeepAlive, options.Ratio));
        Assert.Equal((TimeSpan.FromMilliseconds(250), 2L << 20), (options.Pause, options.MaxSize.Bytes));
        Assert.Equal(("hunter2", "***"), (options.Password!.Reveal(), options.Password.ToString()));
        Assert.Equal((SampleOrder.LittleEndianSwapped, "ca.crt", 4), (options.WordOrder, options.Tls!.Ca, options.Gap));
        Assert.Equal([1, 2], options.Units);
        Assert.Equal(["a"], options.Names);
        Assert.Equal(["x", "y"], options.Stores.Select(s => s.Ca));
        Assert.Equal(SampleOrder.BigEndian, options.Orders["a"]);
    }

    [Theory]
    [InlineData("line = 4711", "4711")]
    [InlineData("line = '/dev/ttyUSB0'", "/dev/ttyUSB0")]
    [InlineData("line = 'COM3'", "COM3")]
    [InlineData("line = '502'", "1:8 line: expected the number of a TCP port or the name of a serial port such as")]
    [InlineData("line = ' '", "1:8 line: expected the number of a TCP port or the name of a serial port such as")]
    [InlineData("line = true", "1:8 line: expected the number of a TCP port or the name of a serial port such as")]
    [InlineData("line = 65536", "1:8 line: expected an integer from 1 to 65535, found 65536")]
    public void A_port_is_a_number_or_a_name(string toml, string expected)
    {
        var (bound, problems) = new OptionsBinder(".", _ => null).Bind(typeof(PortSample), Table(toml));
        var found = bound is PortSample sample ? sample.Line.ToString()
            : problems.Select(p => $"{p.At.Line}:{p.At.Column} {p.Message}").Single();
        Assert.StartsWith(expected, found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prot = 1", "1:1 unknown key prot: did you mean \"port\"?")]
    [InlineData("pol = 1", "1:1 unknown key pol: did you mean \"poll\"?")]
    [InlineData("endpoint = 'x'", "1:1 unknown key endpoint: expected one of gap, host, keep_alive")]
    [InlineData("pause = 1", "1:9 pause: expected a duration such as \"250ms\", \"1s\", \"5min\", \"1h\" or \"7d\", found an integer")]
    [InlineData("pause = '5'", "1:9 pause: expected a duration such as")]
    [InlineData("max_size = 5", "1:12 max_size: expected a size such as \"64KB\", \"512MB\" or \"2GB\", found an integer")]
    [InlineData("port = 0", "1:8 port: expected an integer from 1 to 65535, found 0")]
    [InlineData("port = '1'", "1:8 port: expected an integer from 1 to 65535, found a string")]
    [InlineData("port = 1.0", "1:8 port: expected an integer from 1 to 65535, found a float")]
    [InlineData("unit_id = 256", "1:11 unit_id: expected an integer from 0 to 255, found 256")]
    [InlineData("ratio = 1.5", "1:9 ratio: expected a number from 0 to 1, found 1.5")]
    [InlineData("ratio = nan", "1:9 ratio: expected a number from 0 to 1, found NaN")]
    [InlineData("keep_alive = 'yes'", "1:14 keep_alive: expected true or false, found a string")]
    [InlineData("word_order = 'big_endain'",
        "1:14 word_order: expected one of \"big_endian\", \"little_endian_swapped\", found \"big_endain\": did you mean")]
    [InlineData("tls = {}", "1:7 the required key ca is missing")]
    [InlineData("tls = 1", "1:7 tls: expected a table")]
    [InlineData("units = [1, 'x', 3.5]",
        "1:13 units: expected an integer, found a string", "1:18 units: expected an integer, found a float")]
    [InlineData("units = 1", "1:9 units: expected an array such as [1, 2], found an integer")]
    [InlineData("orders = { a = 'x' }", "1:16 a: expected one of")]
    [InlineData("password = 'hunter2'", "1:12 password: a secret never stands in the file: write password = { env = \"PASSWORD\" } or")]
    [InlineData("password = { env = 'NONE' }", "1:20 password: the environment variable NONE is not set")]
    [InlineData("password = { env = 'EMPTY' }", "1:20 password: the environment variable EMPTY is empty")]
    [InlineData("password = { file = 'none' }", "1:21 password: the secret file none does not exist")]
    [InlineData("password = { file = 'empty' }", "1:21 password: the secret file empty is empty")]
    [InlineData("password = { env = 'A', file = 'b' }", "1:12 password: expected where the secret comes from")]
    public void A_mistake_is_told_with_its_place(string toml, params string[] expected)
    {
        using var site = new TempSite().With("empty", "\n");
        var (options, problems) = Bind(toml + "\nhost = 'x'", site.Folder);
        Assert.Null(options);
        AssertProblems(expected, problems);
        Assert.DoesNotContain(problems, p => p.Message.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void The_file_of_a_secret_is_read_whenever_the_secret_is_used()
    {
        using var site = new TempSite().With("secret", "first\n");
        var (options, _) = Bind("host = 'x'\npassword = { file = 'secret' }", site.Folder);
        var file = Path.Combine(site.Folder, "secret");
        Assert.Equal("first", options!.Password!.Reveal());
        File.WriteAllText(file, "second");
        Assert.Equal("second", options.Password.Reveal());
        File.WriteAllText(file, "");
        Assert.Equal("second", options.Password.Reveal());
        File.Delete(file);
        Assert.Equal("second", options.Password.Reveal());
        File.WriteAllText(file + ".new", "third\r\n");
        File.Move(file + ".new", file);
        Assert.Equal("third", options.Password.Reveal());
    }

    [Fact]
    public void Secrets_are_masked_in_texts_before_and_after_their_file_is_replaced()
    {
        using var site = new TempSite().With("secret", "old-Wq81-secret\n");
        var (options, _) = Bind("host = 'x'\npassword = { file = 'secret' }", site.Folder);
        Assert.Equal("refused: ***", LogText.Sanitize("refused: old-Wq81-secret"));
        File.WriteAllText(Path.Combine(site.Folder, "secret"), "new-Zk35-secret");
        options!.Password!.Reveal();
        Assert.Equal("refused: ***, ***", LogText.Sanitize("refused: old-Wq81-secret, new-Zk35-secret"));
    }

    [Fact]
    public void All_mistakes_of_a_table_are_told_at_once()
    {
        var (_, problems) = Bind("port = 'x'\nprot = 1\ntls = { ca = 1, x = 2 }");
        AssertProblems(
            ["1:1 the required key host is missing", "1:8 port", "2:1 unknown key prot",
             "3:14 ca: expected a string", "3:17 unknown key x"],
            problems);
    }

    [Fact]
    public void The_rules_of_the_options_are_told_at_their_key_once_all_else_is_right()
    {
        AssertProblems(["2:8 port: the local server is at 1502"], Bind("host = 'localhost'\nport = 502").Problems);
        AssertProblems(["2:8 port: expected"], Bind("host = 'localhost'\nport = 0").Problems);
    }

    [Fact]
    public void Options_that_throw_are_named_and_do_no_harm()
    {
        var (options, problems) = new OptionsBinder("/", _ => null).Bind(typeof(ThrowingOptions), Table("x = 1"));
        Assert.Null(options);
        var message = Assert.Single(problems).Message;
        Assert.Contains("ThrowingOptions fails with InvalidOperationException: not today", message, StringComparison.Ordinal);
    }

    private static void AssertProblems(string[] expected, IReadOnlyList<Problem> problems)
    {
        var found = problems.Select(p => $"{p.At.Line}:{p.At.Column} {p.Message}").ToArray();
        Assert.True(expected.Length == found.Length, string.Join('\n', found));
        foreach (var (e, f) in expected.Zip(found)) Assert.StartsWith(e, f, StringComparison.Ordinal);
    }

    private static (SampleOptions? Options, IReadOnlyList<Problem> Problems) Bind(string toml, string folder = "/")
    {
        var binder = new OptionsBinder(folder, name => name == "EMPTY" ? "" : null);
        var (options, problems) = binder.Bind(typeof(SampleOptions), Table(toml), DeviceModel.HostKeys);
        return ((SampleOptions?)options, problems);
    }

    private static TomlTable Table(string toml)
    {
        var problems = new ProblemList();
        var table = TomlReader.Read(Encoding.UTF8.GetBytes(toml), "site.toml", problems);
        Assert.Empty(problems.Items);
        return table;
    }

    private sealed class ThrowingOptions
    {
        public int X
        {
            get => 0;
            set => throw new InvalidOperationException("not today");
        }
    }
}
