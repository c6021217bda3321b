// Each good value that a sensor sends goes to the endpoint of the sensor.
string[] sensorsA =
[
    "corriente_motor", "flujo_salida_12fpmfc", "temperatura_estator", "presion_succion_baa", "presion_agua_mp",
    "posicion_valvula_recirc", "voltaje_barra", "vibracion_axial", "temp_bomba", "temp_motor", "excentricidad_bomba",
    "flujo_descarga_ap", "presion_descarga_ap", "nivel_domo_ap", "temperatura_agua_alim", "temp_descanso_externo_bomba",
    "temp_descanso_externo_motor", "vibracion_radial_x", "vibracion_radial_y", "potencia_activa",
];
string[] sensorsB =
[
    "corriente_motor", "excentricidad_bomba", "flujo_descarga_ap", "voltaje_barra", "flujo_salida_12fpmfc",
    "temperatura_estator", "presion_succion_baa", "presion_agua_mp", "posicion_valvula_recirc", "vibracion_axial", "temp_bomba",
    "temp_motor", "nivel_domo_ap", "temperatura_agua_alim", "potencia_activa",
];

foreach (var sensor in sensorsA)
    Plant.pump_a.Scans.Only(sensor).Where(scan => IsGood(scan, sensor)).Payload(scan => Reading(scan, sensor)).To(Sinks.values_a);
foreach (var sensor in sensorsB)
    Plant.pump_b.Scans.Only(sensor).Where(scan => IsGood(scan, sensor)).Payload(scan => Reading(scan, sensor)).To(Sinks.values_b);

bool IsGood(Scan scan, string sensor) => scan.Has(sensor) && scan.QualityOf(sensor) == Quality.Good;

object Reading(Scan scan, string sensor) => new { sensor, valor = scan[sensor], tiempo_sensor = scan.Time };
