@echo off
rem Runs the program plant of this clone; builds host, compiler and plugins first. MSBuild decides what has changed.
setlocal
set "root=%~dp0.."
where dotnet >nul 2>nul || (
  echo PlantRuntime is built with the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0 1>&2
  exit /b 1
)
if not exist "%root%\artifacts\Debug\plant\plant.dll" echo Building PlantRuntime ^(first start, about a minute^) ... 1>&2
pushd "%root%"
dotnet build runtime\Host\Host.csproj -c Debug -v minimal --nologo 1>&2
if errorlevel 1 (
  popd
  exit /b 1
)
popd
dotnet "%root%\artifacts\Debug\plant\plant.dll" %*
exit /b %errorlevel%
