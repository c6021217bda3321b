using PlantRuntime.Conformance;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>`plant import ini`: the config.ini of a Modbus gateway becomes a site that passes check and its tests.</summary>
[Trait("Needs", "Process")]
public class ImportIniTests
{
    private const string Defaults = """
        [DEFAULT]
        log_level = WARNING
        log_file = ./log/gateway_ems.log
        api_url = http://localhost:8000
        api_timeout = 30
        collection_interval = 60

        """;

    private const string Meter = """
        [DEVICE_1]
        name = Energy_Meter_01
        type = ENERGY_METER
        protocol = TCP
        host = 192.168.1.100    # address of the meter
        port = 502              ; Modbus port
        slave_id = 1
        timeout = 3
        registers = 30001,30003,
            30005, 30007
        register_types = HOLDING,HOLDING,HOLDING,HOLDING
        data_types = FLOAT32,FLOAT32,FLOAT32,INT16
        labels = Voltage_L1,Voltage_L2,Voltage_L3,Current L1
        units = V,V,V,
        scaling_factors = 1.0,1,1,0.1

        """;

    private const string Analyzer = """
        [DEVICE_2]
        name = Power_Analyzer_01
        protocol = RTU
        port = /dev/ttyUSB0
        baudrate = 19200
        parity = E
        stopbits = 2
        databits = 8
        slave_id = 2
        timeout = 5
        registers = 40001
        register_types = HOLDING
        data_types = INT16
        labels = Active_Power

        """;

    [Fact]
    public async Task A_file_of_a_gateway_becomes_a_site_that_passes_check_and_its_tests()
    {
        using var folder = new TemporaryFolder();
        var renamed = Meter.Replace("name = Energy_Meter_01", "name = Meter 1", StringComparison.Ordinal);
        var other = Meter.Replace("DEVICE_1", "DEVICE_3", StringComparison.Ordinal);
        var (exit, output) = await ImportAsync(folder, Defaults + renamed + other);
        Assert.True(exit == 0, output);
        Assert.Contains($"created {folder.Of("gateway")}: 2 devices, 8 tags", output, StringComparison.Ordinal);
        Assert.Contains(
            $"{folder.Of("config.ini")}:15:13: note: registers: 30001 is mapped to holding:0, because register_types counts", output,
            StringComparison.Ordinal);
        Assert.Contains("config.ini:8:1: note: name: the device is called Meter_1 in site.toml", output, StringComparison.Ordinal);

        var site = File.ReadAllText(folder.Of("gateway", "site.toml"));
        foreach (var expected in new[]
        {
            "level    = \"${LOG_LEVEL:-warn}\"", "file     = \"${LOG_FILE:-./log/gateway_ems.log}\"", "[devices.Meter_1]",
            "host    = \"192.168.1.100\"", "port    = 502", "unit_id = 1", "poll    = \"${COLLECTION_INTERVAL:-60}s\"", "timeout = \"3s\"",
            "properties = { type = \"ENERGY_METER\" }", "Voltage_L1 = { address = \"holding:0:FLOAT32\", unit = \"V\" }    # 30001",
            "\"Current L1\" = { address = \"holding:6:INT16\", scale = 0.1 }    # 30007",
            "url     = \"${EMS_API_URL:-http://localhost:8000}\"",
            "token   = { env = \"EMS_API_TOKEN\" }", "timeout = \"${EMS_API_TIMEOUT:-30}s\"",
        }) Assert.Contains(expected, site, StringComparison.Ordinal);
        Assert.Contains("device_id = \"Meter 1\"", File.ReadAllText(folder.Of("gateway", "recipes", "ems.csx")), StringComparison.Ordinal);

        var environment = new Dictionary<string, string> { ["EMS_API_TOKEN"] = "t" };
        (exit, output) = await PlantProcess.RunAsync(environment, "check", folder.Of("gateway"));
        Assert.True(exit == 0, output);
        (exit, output) = await PlantProcess.RunAsync("test", folder.Of("gateway"));
        Assert.True(exit == 0, output);
        Assert.Matches("2 passed, 0 failed$", output);
    }

    [Fact]
    public async Task A_device_on_a_serial_line_has_its_settings()
    {
        using var folder = new TemporaryFolder();
        var (exit, output) = await ImportAsync(folder, Defaults + Analyzer);
        Assert.True(exit == 0, output);
        Assert.DoesNotContain("note:", output, StringComparison.Ordinal);
        Assert.Contains(
            "port    = \"/dev/ttyUSB0\"\nbaud    = 19200\nparity  = \"even\"\ndata_bits = 8\nstop_bits = 2\nunit_id = 2\n",
            File.ReadAllText(folder.Of("gateway", "site.toml")), StringComparison.Ordinal);
        (exit, output) = await PlantProcess.RunAsync(
            new Dictionary<string, string> { ["EMS_API_TOKEN"] = "t" }, "check", folder.Of("gateway"));
        Assert.True(exit == 0, output);
    }

    [Fact]
    public async Task What_cannot_be_mapped_is_printed_with_its_place()
    {
        using var folder = new TemporaryFolder();
        var (exit, output) = await ImportAsync(folder, Defaults + "api_token = secret-of-the-plant\nmax_retries = 3\n" + Meter
            + "byte_order = little\n[ALERTS]\nmail = a@b\n");
        Assert.True(exit == 0, output);
        foreach (var note in new[]
        {
            "config.ini:7:1: note: api_token: the token is not copied: set EMS_API_TOKEN",
            "config.ini:8:1: note: max_retries is not mapped",
            "config.ini:24:1: note: byte_order is not mapped",
            "config.ini:25:2: note: the section [ALERTS] is not mapped",
        }) Assert.Contains(note, output, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(folder.Of("gateway"), "*", SearchOption.AllDirectories), file =>
            Assert.DoesNotContain("secret-of-the-plant", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.DoesNotContain("secret-of-the-plant", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_error_of_a_broken_file_is_named_and_nothing_is_created()
    {
        using var folder = new TemporaryFolder();
        var (exit, output) = await ImportAsync(folder, """
            stray = 1
            [DEFAULT]
            api_url = ftp://x
            api_timeout = soon
            api_timeout = 3
            no value
            [DEVICE_1
            x = 1
            [DEVICE_2]
            name = A
            protocol = UDP
            host = 10.0.0.1
            port = 70000
            slave_id = 256
            registers = 30001,x,99999
            register_types = HOLDING,HOLDNG,INPUT
            data_types = FLOAT32,INT16,FLAOT32
            labels = a,a,b
            units = V
            scaling_factors = 1,0,%(x)s
            [DEVICE_3]
            protocol = RTU
            parity = X
            [DEVICE_3]
            """);
        Assert.Equal(1, exit);
        foreach (var expected in new[]
        {
            ":1:1: error: expected a section such as [DEFAULT] before the first value, found \"stray = 1\"",
            ":3:11: error: api_url: expected a URL such as http://localhost:8000, found \"ftp://x\"",
            ":4:15: error: api_timeout: expected a whole number from 1 to 300, found \"soon\"",
            ":5:1: error: api_timeout is there twice in [DEFAULT]: first in line 4",
            ":6:1: error: expected key = value, found \"no value\"",
            ":7:1: error: the section \"[DEVICE_1\" has no end: expected ] in the same line",
            ":11:12: error: protocol: expected TCP or RTU, found \"UDP\"",
            ":13:8: error: port: expected a whole number from 1 to 65535, found \"70000\"",
            ":14:12: error: slave_id: expected a whole number from 0 to 255, found \"256\"",
            ":19:9: error: units: expected 3 items, one for each register, found 1",
            ":20:19: error: scaling_factors: %(name)s of configparser is not replaced: write the value itself",
            ":21:2: error: [DEVICE_3] needs name, for instance name = Energy_Meter_01",
            ":21:2: error: [DEVICE_3] needs registers, for instance registers = 30001,30003",
            ":23:10: error: parity: expected N, E or O, found \"X\"",
            ":24:2: error: the section [DEVICE_3] is there twice: first in line 21",
        }) Assert.Contains(folder.Of("config.ini") + expected, output, StringComparison.Ordinal);
        Assert.Contains($"errors in {folder.Of("config.ini")}: nothing was created", output, StringComparison.Ordinal);
        Assert.False(Path.Exists(folder.Of("gateway")));
    }

    [Fact]
    public async Task Registers_types_labels_and_factors_are_checked_one_by_one()
    {
        using var folder = new TemporaryFolder();
        var (exit, output) = await ImportAsync(folder, """
            [DEVICE_2]
            name = A
            host = 10.0.0.1
            registers = 30001, x, 99999, 17
            register_types = HOLDING, HOLDNG, INPUT, COIL
            data_types = FLOAT32, INT16, FLAOT32, INT16
            labels = a, a, , b
            scaling_factors = 1, 0, one, 2
            """);
        Assert.Equal(1, exit);
        foreach (var expected in new[]
        {
            ":4:20: error: registers: expected a number such as 30001, found \"x\"",
            ":4:23: error: registers: 99999 is neither a reference such as 40001 nor an offset up to 65535",
            ":5:27: error: register_types: expected COIL, DISCRETE_INPUT, HOLDING or INPUT, found \"HOLDNG\"",
            ":6:30: error: data_types: expected INT16, UINT16, INT32, UINT32, FLOAT32, FLOAT64, BOOL or STRING, found \"FLAOT32\"",
            ":6:39: error: data_types: a coil or discrete input is BOOL, not INT16",
            ":7:13: error: labels: \"a\" is there twice",
            ":7:16: error: labels: the name is empty",
            ":8:22: error: scaling_factors: expected a number other than 0, such as 0.1, found \"0\"",
            ":8:25: error: scaling_factors: expected a number other than 0, such as 0.1, found \"one\"",
        }) Assert.Contains(folder.Of("config.ini") + expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_overwritten_and_a_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Of("gateway"));
        var (exit, output) = await ImportAsync(folder, Defaults + Meter);
        Assert.Equal(1, exit);
        Assert.Contains($"{folder.Of("gateway")} is there already", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Of("gateway")));

        (exit, output) = await PlantProcess.RunAsync("import", "ini", folder.Of("none.ini"), "--in", folder.Path);
        Assert.Equal((1, $"{folder.Of("none.ini")} does not exist"), (exit, output));
        (exit, output) = await PlantProcess.RunAsync("import", "ini", folder.Of("config.ini"), "--name", "a/b", "--in", folder.Path);
        Assert.Equal(1, exit);
        Assert.Contains("is not a valid name", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_of_the_file_cannot_break_the_files_of_the_site()
    {
        using var folder = new TemporaryFolder();
        var (exit, output) = await ImportAsync(folder, """
            [DEFAULT]
            api_url = http://x/${HOME}"a
            log_file = a"b\c
            [DEVICE_1]
            name = a"b\c" }); //
            type = "]\n[site]
            host = 10.0.0.1
            registers = 40001
            register_types = HOLDING
            data_types = INT16
            labels = l"\ = x
            units = $${"
            """);
        Assert.True(exit == 0, output);
        (exit, output) = await PlantProcess.RunAsync(
            new Dictionary<string, string> { ["EMS_API_TOKEN"] = "t" }, "check", folder.Of("gateway"));
        Assert.True(exit == 0, output);
    }

    private static async Task<(int ExitCode, string Output)> ImportAsync(TemporaryFolder folder, string ini)
    {
        File.WriteAllText(folder.Of("config.ini"), ini);
        return await PlantProcess.RunAsync("import", "ini", folder.Of("config.ini"), "--name", "gateway", "--in", folder.Path);
    }
}
