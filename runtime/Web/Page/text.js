// The texts of the page in English, Spanish and Portuguese, and numbers and times in the form of the language.
// Codes that also stand in logs and records (BAD_COMM, Running) stay as they are.

const texts = {
  skip: ["Skip to the content", "Ir al contenido", "Ir para o conteúdo"],
  menu: ["Settings", "Ajustes", "Configurações"],
  language: ["Language", "Idioma", "Idioma"],
  theme: ["Light or dark", "Claro u oscuro", "Claro ou escuro"],
  "theme.auto": ["Auto", "Auto", "Auto"],
  "theme.light": ["Light", "Claro", "Claro"],
  "theme.dark": ["Dark", "Oscuro", "Escuro"],
  "nav.tags": ["Tags", "Variables", "Variáveis"],
  "nav.plant": ["Devices & sinks", "Equipos y destinos", "Equipamentos e destinos"],
  "nav.queue": ["Queue", "Cola", "Fila"],
  "nav.recipes": ["Recipes", "Recetas", "Receitas"],
  "nav.events": ["Events", "Eventos", "Eventos"],
  "nav.log": ["Log", "Registro", "Registro"],
  "nav.label": ["Sections", "Secciones", "Seções"],
  live: ["live", "en vivo", "ao vivo"],
  connecting: ["connecting …", "conectando …", "conectando …"],
  lost: ["no connection", "sin conexión", "sem conexão"],
  lostNotice: ["The host has been unreachable since {time}. The values below are old. It is tried again all the time.",
    "El host no responde desde las {time}. Los valores de abajo son antiguos. Se reintenta continuamente.",
    "O host não responde desde as {time}. Os valores abaixo são antigos. A conexão é tentada continuamente."],
  back: ["The host is back after {span}.", "El host respondió de nuevo después de {span}.", "O host voltou após {span}."],
  unreachable: ["The host is unreachable.", "El host no responde.", "O host não responde."],
  "health.ok": ["OK", "OK", "OK"],
  "health.degraded": ["Degraded", "Degradado", "Degradado"],
  "health.standby": ["Standby", "En espera", "Em espera"],
  "health.failed": ["Failed", "Con fallo", "Com falha"],
  logIn: ["Log in", "Iniciar sesión", "Entrar"],
  logInTitle: ["Log in", "Iniciar sesión", "Entrar"],
  logOut: ["Log out", "Cerrar sesión", "Sair"],
  user: ["User", "Usuario", "Usuário"],
  password: ["Password", "Contraseña", "Senha"],
  "role.viewer": ["viewer", "lectura", "leitura"],
  "role.operator": ["operator", "operador", "operador"],
  "role.engineer": ["engineer", "ingeniero", "engenheiro"],
  filter: ["Filter", "Filtrar", "Filtrar"],
  filterTags: ["Filter: device, tag, unit ( / )", "Filtrar: equipo, variable, unidad ( / )", "Filtrar: equipamento, variável, unidade ( / )"],
  onlyBad: ["Bad only", "Solo malas", "Só ruins"],
  count: ["{shown} of {all}", "{shown} de {all}", "{shown} de {all}"],
  countBad: ["{bad} bad", "{bad} malas", "{bad} ruins"],
  device: ["Device", "Equipo", "Equipamento"],
  tag: ["Tag", "Variable", "Variável"],
  value: ["Value", "Valor", "Valor"],
  unit: ["Unit", "Unidad", "Unidade"],
  quality: ["Quality", "Calidad", "Qualidade"],
  changed: ["Changed", "Cambió", "Mudou"],
  noTags: ["No tag matches the filter.", "Ninguna variable coincide con el filtro.", "Nenhuma variável corresponde ao filtro."],
  noBad: ["No tag is bad.", "Ninguna variable está mala.", "Nenhuma variável está ruim."],
  tagTable: ["Tags; arrow keys move, Enter shows the plot", "Variables; las flechas mueven, Enter muestra el gráfico",
    "Variáveis; as setas movem, Enter mostra o gráfico"],
  "q.GOOD": ["good", "buena", "boa"],
  "q.STALE": ["not updated in time", "sin actualizar a tiempo", "sem atualização no prazo"],
  "q.BAD_RANGE": ["outside its range", "fuera de su rango", "fora da faixa"],
  "q.BAD_COMM": ["the device does not answer", "el equipo no responde", "o equipamento não responde"],
  "q.BAD_ADDRESS": ["the address does not exist", "la dirección no existe", "o endereço não existe"],
  "q.BAD_DEVICE": ["the device reports an error", "el equipo informa un error", "o equipamento informa um erro"],
  "q.BAD_TYPE": ["no value of its type", "no es un valor de su tipo", "não é um valor do seu tipo"],
  close: ["Close", "Cerrar", "Fechar"],
  range: ["Range {low} to {high}", "Rango {low} a {high}", "Faixa {low} a {high}"],
  plot: ["{tag}, {from} to {to}, least {min}, greatest {max}", "{tag}, de {from} a {to}, mínimo {min}, máximo {max}",
    "{tag}, de {from} a {to}, mínimo {min}, máximo {max}"],
  plotEmpty: ["no numbers in this time", "sin números en este tiempo", "sem números neste período"],
  plotLoading: ["reading stored values …", "leyendo valores guardados …", "lendo valores gravados …"],
  stored: ["Left of the dotted line: values of the sink {sink}, as recipes stored them.",
    "A la izquierda de la línea punteada: valores del destino {sink}, como los guardaron las recetas.",
    "À esquerda da linha pontilhada: valores do destino {sink}, como as receitas os gravaram."],
  storedPart: ["The oldest part could not be read in time: choose a shorter time.", "La parte más antigua no se alcanzó a leer: elija un tiempo menor.",
    "A parte mais antiga não pôde ser lida a tempo: escolha um período menor."],
  storedThinned: ["Too many values: a part of them, evenly spread.", "Demasiados valores: solo una parte, repartida por igual.",
    "Valores demais: só uma parte, distribuída por igual."],
  storedError: ["Older values cannot be read now: {reason}", "Los valores anteriores no se pueden leer ahora: {reason}",
    "Os valores anteriores não podem ser lidos agora: {reason}"],
  plotHelp: ["Drag or ← → to move, wheel or + − to zoom", "Arrastrar o ← → mueve, rueda o + − amplía", "Arraste ou ← → move, roda ou + − amplia"],
  plotNow: ["Now", "Ahora", "Agora"],
  zoomIn: ["Zoom in", "Acercar", "Aproximar"],
  zoomOut: ["Zoom out", "Alejar", "Afastar"],
  selectTag: ["Select a tag to see its plot.", "Elija una variable para ver su gráfico.", "Escolha uma variável para ver o gráfico."],
  write: ["Write", "Escribir", "Escrever"],
  newValue: ["New value", "Valor nuevo", "Novo valor"],
  writeAsk: ["Write {value} to {tag}?", "¿Escribir {value} en {tag}?", "Escrever {value} em {tag}?"],
  writeNow: ["It is {value} now. The machine acts on it at once.", "Ahora es {value}. La máquina actúa de inmediato.",
    "Agora é {value}. A máquina age imediatamente."],
  written: ["{tag}: written", "{tag}: escrito", "{tag}: escrito"],
  notNumber: ["{value} is not a number", "{value} no es un número", "{value} não é um número"],
  cancel: ["Cancel", "Cancelar", "Cancelar"],
  attention: ["Needs attention", "Requiere atención", "Requer atenção"],
  allWell: ["All devices, sinks and recipes run.", "Todos los equipos, destinos y recetas funcionan.",
    "Todos os equipamentos, destinos e receitas funcionam."],
  devices: ["Devices", "Equipos", "Equipamentos"],
  sinks: ["Sinks", "Destinos", "Destinos"],
  next: ["Next:", "Siguiente:", "Próximo passo:"],
  tags: ["tags", "variables", "variáveis"],
  scans: ["scans", "lecturas", "leituras"],
  failed: ["failed", "fallidas", "falhas"],
  skipped: ["skipped", "omitidas", "puladas"],
  cycle: ["cycle", "ciclo", "ciclo"],
  lastScan: ["last scan", "última lectura", "última leitura"],
  connects: ["connects", "conexiones", "conexões"],
  produced: ["produced", "producidos", "produzidos"],
  delivered: ["delivered", "entregados", "entregues"],
  waiting: ["waiting", "en espera", "em espera"],
  deadLetters: ["dead letters", "rechazados", "rejeitados"],
  lostRecords: ["lost", "perdidos", "perdidos"],
  expired: ["expired", "vencidos", "vencidos"],
  dropped: ["dropped", "descartados", "descartados"],
  damaged: ["damaged", "dañados", "danificados"],
  restart: ["Restart", "Reiniciar", "Reiniciar"],
  restartAsk: ["Restart {name}?", "¿Reiniciar {name}?", "Reiniciar {name}?"],
  restartNote: ["The connection is closed and opened again; recipes run on.", "La conexión se cierra y se abre de nuevo; las recetas siguen.",
    "A conexão é fechada e aberta novamente; as receitas continuam."],
  restarted: ["{name} restarts", "{name} se reinicia", "{name} reinicia"],
  retryNow: ["Try now", "Reintentar ahora", "Tentar agora"],
  properties: ["Properties of the device", "Propiedades del equipo", "Propriedades do equipamento"],
  "next.device.Waiting": ["put its driver plugin into the folder plugins; the device then starts by itself",
    "ponga el plugin del driver en la carpeta plugins; el equipo parte solo", "coloque o plugin do driver na pasta plugins; o equipamento inicia sozinho"],
  "next.device.Connecting": ["the host is connecting", "el host se está conectando", "o host está conectando"],
  "next.device.Reconnecting": ["the host tries again by itself (attempt {n}); check power, cable and address of the device",
    "el host reintenta solo (intento {n}); revise energía, cable y dirección del equipo",
    "o host tenta de novo sozinho (tentativa {n}); verifique energia, cabo e endereço do equipamento"],
  "next.device.Parked": ["its driver misbehaved and is tried again later; an engineer can restart it now",
    "su driver falló y se reintenta más tarde; un ingeniero puede reiniciarlo ahora",
    "o driver falhou e será tentado mais tarde; um engenheiro pode reiniciá-lo agora"],
  "next.device.Stopped": ["it is stopped while site.toml or its plugin changes", "está detenido mientras cambia site.toml o su plugin",
    "está parado enquanto site.toml ou o plugin muda"],
  "next.sink.Waiting": ["put its plugin into the folder plugins; records wait in the queue", "ponga su plugin en la carpeta plugins; los datos esperan en la cola",
    "coloque o plugin na pasta plugins; os dados esperam na fila"],
  "next.sink.Retrying": ["the host tries again by itself; records wait in the queue", "el host reintenta solo; los datos esperan en la cola",
    "o host tenta de novo sozinho; os dados esperam na fila"],
  "next.file.Down": ["check the disk, the folder and its rights; the host tries again by itself and delivers what waits",
    "revise el disco, la carpeta y sus permisos; el host reintenta solo y entrega lo pendiente",
    "verifique o disco, a pasta e as permissões; o host tenta de novo e entrega o que espera"],
  "next.sink.Down": ["check the server and the network; the host tries again by itself and delivers what waits",
    "revise el servidor y la red; el host reintenta solo y entrega lo pendiente", "verifique o servidor e a rede; o host tenta de novo e entrega o que espera"],
  "next.sink.Parked": ["its plugin misbehaved and is tried again later; an engineer can restart it now",
    "su plugin falló y se reintenta más tarde; un ingeniero puede reiniciarlo ahora", "o plugin falhou e será tentado mais tarde; um engenheiro pode reiniciá-lo agora"],
  "next.sink.Stopped": ["it is stopped while site.toml or its plugin changes", "está detenido mientras cambia site.toml o su plugin",
    "está parado enquanto site.toml ou o plugin muda"],
  "next.recipe.Running": ["the version before runs on; correct the file and save it", "sigue la versión anterior; corrija el archivo y guárdelo",
    "a versão anterior continua; corrija o arquivo e salve"],
  "next.recipe.Failed": ["correct the file: the recipe starts when it is saved", "corrija el archivo: la receta parte al guardarlo",
    "corrija o arquivo: a receita inicia ao salvar"],
  "next.recipe.Stopped": ["correct the file: the recipe starts when it is saved", "corrija el archivo: la receta parte al guardarlo",
    "corrija o arquivo: a receita inicia ao salvar"],
  "next.site": ["correct site.toml and save it; the site before runs on", "corrija site.toml y guárdelo; sigue el sitio anterior",
    "corrija site.toml e salve; o site anterior continua"],
  "next.log": ["correct [log] file or PLANT_LOG_FILE, its rights or its disk; the plant runs on",
    "corrija [log] file o PLANT_LOG_FILE, sus permisos o su disco; la planta sigue", "corrija [log] file ou PLANT_LOG_FILE, suas permissões ou seu disco; a planta continua"],
  "next.disk": ["make room on the disk: when it is full, new records wait in memory", "libere espacio en el disco: cuando se llena, los datos nuevos esperan en memoria",
    "libere espaço no disco: quando enche, os dados novos esperam na memória"],
  "next.queue": ["records are kept in memory and may be lost: make room on the disk or repair it",
    "los datos quedan en memoria y pueden perderse: libere espacio o repare el disco", "os dados ficam na memória e podem se perder: libere espaço ou repare o disco"],
  recipe: ["Recipe", "Receta", "Receita"],
  version: ["version", "versión", "versão"],
  faults: ["exceptions", "excepciones", "exceções"],
  lostScans: ["lost scans", "lecturas perdidas", "leituras perdidas"],
  errors: ["Errors of the file", "Errores del archivo", "Erros do arquivo"],
  lastFault: ["Last exception", "Última excepción", "Última exceção"],
  noRecipes: ["This site has no recipes.", "Este sitio no tiene recetas.", "Este site não tem receitas."],
  carriedState: ["Carried state", "Estado conservado", "Estado mantido"],
  "carried.Version": ["{time}: taken over from the version before", "{time}: tomado de la versión anterior", "{time}: recebido da versão anterior"],
  "carried.Disk": ["{time}: read from the disk", "{time}: leído del disco", "{time}: lido do disco"],
  "carried.Own": ["{time}: as before the version that hung", "{time}: como antes de la versión que se colgó", "{time}: como antes da versão que travou"],
  "carried.None": ["{time}: began without state", "{time}: comenzó sin estado", "{time}: começou sem estado"],
  keptState: ["kept", "conservan", "mantido"],
  begunState: ["began anew", "comienzan de nuevo", "começou de novo"],
  lostState: ["lost", "perdido", "perdido"],
  stateSaved: ["saved {time}", "guardado {time}", "salvo {time}"],
  stateUnsaved: ["not saved yet", "aún sin guardar", "ainda não salvo"],
  reload: ["Last edit of site.toml", "Última edición de site.toml", "Última edição de site.toml"],
  noReload: ["site.toml is as it was at the start of the host.", "site.toml está como al iniciar el host.", "site.toml está como no início do host."],
  "reload.Applied": ["applied", "aplicada", "aplicada"],
  "reload.Refused": ["refused", "rechazada", "recusada"],
  "reload.RolledBack": ["rolled back", "revertida", "revertida"],
  disruptive: ["With an interruption: a connection ends, or state is lost", "Con interrupción: se corta una conexión o se pierde estado",
    "Com interrupção: uma conexão cai ou estado se perde"],
  harmless: ["Without an interruption", "Sin interrupción", "Sem interrupção"],
  sink: ["Sink", "Destino", "Destino"],
  state: ["State", "Estado", "Estado"],
  size: ["size", "tamaño", "tamanho"],
  oldest: ["oldest", "más antiguo", "mais antigo"],
  account: ["Account of each route", "Cuenta de cada ruta", "Conta de cada rota"],
  lettersOf: ["Dead letters of {sink}", "Rechazados de {sink}", "Rejeitados de {sink}"],
  noLetters: ["No dead letters: every record was accepted or waits.", "Sin rechazados: cada dato fue aceptado o espera.",
    "Sem rejeitados: cada registro foi aceito ou espera."],
  lettersMore: ["The first {n} are shown; the buttons for all concern the others too.", "Se muestran los primeros {n}; los botones para todos incluyen los demás.",
    "São mostrados os primeiros {n}; os botões para todos incluem os demais."],
  refused: ["Refused", "Rechazado", "Rejeitado"],
  tries: ["Tries", "Intentos", "Tentativas"],
  reason: ["Reason", "Motivo", "Motivo"],
  record: ["Record", "Dato", "Registro"],
  select: ["Select", "Elegir", "Escolher"],
  retrySelected: ["Retry selected", "Reintentar elegidos", "Reenviar escolhidos"],
  deleteSelected: ["Delete selected", "Borrar elegidos", "Excluir escolhidos"],
  retryAll: ["Retry all", "Reintentar todos", "Reenviar todos"],
  deleteAll: ["Delete all", "Borrar todos", "Excluir todos"],
  exportAll: ["Export all", "Exportar todos", "Exportar todos"],
  retryAsk: ["Send {n} of {sink} again?", "¿Enviar de nuevo {n} de {sink}?", "Reenviar {n} de {sink}?"],
  deleteAsk: ["Delete {n} of {sink}?", "¿Borrar {n} de {sink}?", "Excluir {n} de {sink}?"],
  deleteNote: ["They are lost for ever. Export them first if somebody may need them.", "Se pierden para siempre. Expórtelos antes si alguien puede necesitarlos.",
    "Eles se perdem para sempre. Exporte-os antes se alguém puder precisar."],
  retryNote: ["They go to the end of the queue.", "Van al final de la cola.", "Eles vão para o fim da fila."],
  retried: ["{n} go again", "{n} se envían de nuevo", "{n} são reenviados"],
  deleted: ["{n} deleted", "{n} borrados", "{n} excluídos"],
  noSinks: ["This site has no sinks.", "Este sitio no tiene destinos.", "Este site não tem destinos."],
  alerts: ["Alerts of the host", "Alertas del host", "Alertas do host"],
  noAlerts: ["No alerts.", "Sin alertas.", "Sem alertas."],
  part: ["Part", "Parte", "Parte"],
  acknowledge: ["Acknowledge", "Reconocer", "Reconhecer"],
  from: ["From", "Desde", "De"],
  to: ["To", "Hasta", "Até"],
  more: ["More", "Más", "Mais"],
  kind: ["Kind", "Tipo", "Tipo"],
  start: ["Start", "Inicio", "Início"],
  end: ["End", "Fin", "Fim"],
  duration: ["Duration", "Duración", "Duração"],
  acknowledged: ["Acknowledged by", "Reconocido por", "Reconhecido por"],
  open: ["open", "abierto", "aberto"],
  onlyOpen: ["Open only", "Solo abiertos", "Só abertos"],
  noEventSink: ["No sink stores events: a sqlite sink does, for a recipe with Events(…, reportStart: true).",
    "Ningún destino guarda eventos: lo hace un destino sqlite, con una receta con Events(…, reportStart: true).",
    "Nenhum destino grava eventos: um destino sqlite grava, com uma receita com Events(…, reportStart: true)."],
  noEvents: ["No events.", "Sin eventos.", "Sem eventos."],
  onlyWarnings: ["Warnings and errors", "Avisos y errores", "Avisos e erros"],
  follow: ["Follow", "Seguir", "Acompanhar"],
  noLines: ["No lines.", "Sin líneas.", "Sem linhas."],
  all: ["all", "todos", "todos"],
};

const languages = ["en", "es", "pt"];
let language = choose();
let index = languages.indexOf(language);

/** The language of the page: "en", "es" or "pt". */
export const currentLanguage = () => language;

/** The user's choice, kept in the browser. */
export function setLanguage(next) {
  [language, index] = [next, languages.indexOf(next)];
  remember("language", next);
  document.documentElement.lang = next;
}

/** The text of a key, with {names} replaced. An unknown key is returned as it is, which suits states of a newer host. */
export function t(key, values = {}) {
  const text = texts[key]?.[index] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** True if there is a text for the key. */
export const hasText = key => key in texts;

/** Reads a choice of the user; a browser that keeps nothing has none. */
export function recall(key) {
  try {
    return localStorage.getItem(`plant.${key}`);
  } catch {
    return null;
  }
}

/** Keeps a choice of the user. */
export function remember(key, value) {
  try {
    localStorage.setItem(`plant.${key}`, value);
  } catch {
    // A private window: the choice ends with it.
  }
}

/** A value as people read it: short numbers, TRUE and FALSE, lists as they are. */
export function formatValue(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (typeof value === "number") return formatNumber(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A number with the decimal mark of the language, without grouping: two to four decimals, more only for tiny numbers. */
export function formatNumber(number) {
  if (Number.isInteger(number) && Math.abs(number) < 1e15) return String(number);
  const size = Math.abs(number);
  let text;
  if (size >= 1e9 || size < 1e-4) text = number.toExponential(3);
  else if (size < 0.01) text = String(Number(number.toPrecision(3)));
  else text = String(Number(number.toFixed(size >= 100 ? 2 : size >= 10 ? 3 : 4)));
  return text.replace(".", decimalMark());
}

/** A count with thousands set apart. */
export const formatCount = number => new Intl.NumberFormat(language).format(number);

/** A time of day, with 24 hours. */
export function formatClock(date, seconds = true) {
  const parts = [date.getHours(), date.getMinutes(), ...seconds ? [date.getSeconds()] : []];
  return parts.map(part => String(part).padStart(2, "0")).join(":");
}

/** A time of day; with the date if it is not today. */
export function formatTime(time, seconds = true) {
  if (!time) return "–";
  const date = new Date(time);
  const clock = formatClock(date, seconds);
  return date.toDateString() === new Date().toDateString() ? clock
    : `${date.toLocaleDateString(language, { day: "2-digit", month: "2-digit", year: "numeric" })} ${clock}`;
}

/** A time below a plot: the date where the step is a day or the time is not of today, else the time of day. */
export function formatTick(time, step) {
  const date = new Date(time);
  const isDay = step >= 86400000 || date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
  return isDay ? date.toLocaleDateString(language, { day: "2-digit", month: "2-digit" }) : formatClock(date, step < 60000);
}

/** A span such as "4 s", "3 min", "2 h 10 min", "5 d". */
export function formatSpan(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 3600) return seconds < 600 ? `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s` : `${Math.round(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
  return `${Math.round(seconds / 8640) / 10} d`.replace(".", decimalMark());
}

/** A size in bytes, such as "1.4 MB". */
export function formatBytes(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit++) bytes /= 1000;
  return `${formatNumber(unit === 0 ? bytes : Math.round(bytes * 10) / 10)} ${units[unit]}`;
}

/** Reads a number that may have a decimal comma; NaN if it is none. */
export const parseNumber = text => text.trim() === "" ? NaN : Number(text.trim().replace(",", "."));

const decimalMark = () => language === "en" ? "." : ",";

function choose() {
  const wanted = [recall("language"), ...navigator.languages.map(l => l.slice(0, 2).toLowerCase())];
  return wanted.find(l => languages.includes(l)) ?? "en";
}

document.documentElement.lang = language;
