<#
.SYNOPSIS
  Installs or removes the Windows service of a site. Run it in the folder of plant.exe, as an administrator.
.DESCRIPTION
  The service plantruntime-NAME runs as the virtual account NT SERVICE\plantruntime-NAME. It may read the program and the site, and write
  only data and logs, in ProgramData\PlantRuntime. It starts with Windows, and again 5 s after a failure. Removing a service keeps the
  site, its data and its logs.
.EXAMPLE
  .\plant-service.ps1 -Action install -Site C:\ProgramData\PlantRuntime\sites\press-hall
.EXAMPLE
  .\plant-service.ps1 -Action remove -Site C:\ProgramData\PlantRuntime\sites\press-hall
#>
[CmdletBinding()]
param(
  [Parameter(Mandatory = $true)][ValidateSet('install', 'remove')][string] $Action,
  [Parameter(Mandatory = $true)][string] $Site
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$folder = [IO.Path]::GetFullPath($Site).TrimEnd('\')
$name = Split-Path -Leaf $folder
$service = "plantruntime-$name"
$program = Join-Path $PSScriptRoot 'plant.exe'

function Invoke-Program([string] $file, [string[]] $arguments) {
  & $file @arguments | Out-Null
  if ($LASTEXITCODE -ne 0) { throw "$file $arguments ended with exit code $LASTEXITCODE" }
}

if ($Action -eq 'remove') {
  Stop-Service -Name $service
  Invoke-Program 'sc.exe' @('delete', $service)
  Write-Output "$service is removed; $folder, its data and its logs are kept"
  exit 0
}

if (-not (Test-Path (Join-Path $folder 'site.toml'))) { throw "$folder has no site.toml" }

# The environment that names the folders of data and logs; every command in a console needs the same (docs/gateway.md).
$base = Join-Path $env:ProgramData 'PlantRuntime'
$settings = @{ PLANT_SITES = (Split-Path -Parent $folder); PLANT_DATA = (Join-Path $base 'data'); PLANT_LOGS = (Join-Path $base 'logs') }
foreach ($variable in $settings.Keys) {
  [Environment]::SetEnvironmentVariable($variable, $settings[$variable], 'Machine')
  Set-Item -Path "env:$variable" -Value $settings[$variable]
}
& $program check $folder
if ($LASTEXITCODE -ne 0) { throw "$folder has errors, which are above" }

New-Service -Name $service -DisplayName "PlantRuntime $name" -StartupType Automatic `
  -BinaryPathName "`"$program`" run `"$folder`" --plain" | Out-Null
Invoke-Program 'sc.exe' @('config', $service, 'obj=', "NT SERVICE\$service")
Invoke-Program 'sc.exe' @('failure', $service, 'reset=', '86400', 'actions=', 'restart/5000/restart/5000/restart/60000')
Invoke-Program 'sc.exe' @('failureflag', $service, '1')

$environment = [string[]] ($settings.Keys | ForEach-Object { "$_=$($settings[$_])" })
New-ItemProperty -Path "HKLM:\SYSTEM\CurrentControlSet\Services\$service" -Name Environment -PropertyType MultiString `
  -Value $environment -Force | Out-Null

foreach ($written in @($settings.PLANT_DATA, $settings.PLANT_LOGS)) {
  $own = Join-Path $written $name
  New-Item -ItemType Directory -Force -Path $own | Out-Null
  Invoke-Program 'icacls.exe' @($own, '/grant', "NT SERVICE\${service}:(OI)(CI)M")
}
Invoke-Program 'icacls.exe' @($folder, '/grant', "NT SERVICE\${service}:(OI)(CI)RX")
Start-Service -Name $service
Write-Output "$service runs; its log is in $(Join-Path $settings.PLANT_LOGS $name)"
