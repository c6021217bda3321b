// The values of a three-phase SunSpec inverter (model 103), which sends whole numbers and, in registers of their own, their powers of ten.
// Usage: tags = "devices/sunspec103.csv" in site.toml, then: #load "sunspec103.csx" and SunSpec103(Plant.inverter.Scans).To(Sinks.history);
// A value is null, with the quality of what is missing, while its exponent is bad or the device has another model in that place.
ScanFlow SunSpec103(ScanFlow flow)
{
    (string Name, string Point, string Exponent, string Unit)[] values =
    [
        ("ac_current", "A", "A_SF", "A"), ("ac_current_a", "AphA", "A_SF", "A"), ("ac_current_b", "AphB", "A_SF", "A"),
        ("ac_current_c", "AphC", "A_SF", "A"), ("ac_voltage_ab", "PPVphAB", "V_SF", "V"), ("ac_voltage_bc", "PPVphBC", "V_SF", "V"),
        ("ac_voltage_ca", "PPVphCA", "V_SF", "V"), ("ac_voltage_an", "PhVphA", "V_SF", "V"), ("ac_voltage_bn", "PhVphB", "V_SF", "V"),
        ("ac_voltage_cn", "PhVphC", "V_SF", "V"), ("ac_power", "W", "W_SF", "W"), ("frequency", "Hz", "Hz_SF", "Hz"),
        ("ac_apparent_power", "VA", "VA_SF", "VA"), ("ac_reactive_power", "VAr", "VAr_SF", "var"), ("power_factor", "PF", "PF_SF", "%"),
        ("ac_energy", "WH", "WH_SF", "Wh"), ("dc_current", "DCA", "DCA_SF", "A"), ("dc_voltage", "DCV", "DCV_SF", "V"),
        ("dc_power", "DCW", "DCW_SF", "W"), ("temperature_cabinet", "TmpCab", "Tmp_SF", "°C"), ("temperature_sink", "TmpSnk", "Tmp_SF", "°C"),
        ("temperature_transformer", "TmpTrns", "Tmp_SF", "°C"), ("temperature_other", "TmpOt", "Tmp_SF", "°C"),
    ];
    foreach (var (name, point, exponent, unit) in values)
    {
        flow = flow.Select(name, scan =>
        {
            // Reading ID makes the value bad when ID is bad: the table lies in another place than the model.
            _ = scan["ID"];
            var power = scan[exponent].Number;
            return power < 0 ? scan[point].Number / Math.Pow(10, -power) : scan[point].Number * Math.Pow(10, power);
        }, unit);
    }

    return flow.Only([.. values.Select(value => value.Name), "St"]);
}
