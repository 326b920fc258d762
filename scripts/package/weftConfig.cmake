# find_package(weft) gives weft::weft (the compiler library), weft::runtime and weft::runtime_static.
# It finds everything relative to itself, so the installed tree may be moved.
get_filename_component(weft_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

foreach(part "weft;SHARED;libweft.so" "runtime;SHARED;libweftrt.so" "runtime_static;STATIC;libweftrt.a")
	list(GET part 0 name)
	list(GET part 1 kind)
	list(GET part 2 file)
	if(NOT TARGET weft::${name})
		add_library(weft::${name} ${kind} IMPORTED)
		set_target_properties(weft::${name} PROPERTIES
			IMPORTED_LOCATION "${weft_prefix}/lib/${file}"
			INTERFACE_INCLUDE_DIRECTORIES "${weft_prefix}/include")
	endif()
endforeach()
set_property(TARGET weft::runtime_static PROPERTY INTERFACE_LINK_LIBRARIES "pthread;m;${CMAKE_DL_LIBS}")
